import { Context, Effect, type FileSystem, Layer, Queue, Result, Schema, type Stdio, Stream } from "effect"
import { SqlClient } from "effect/sql"
import { Callback, tell } from "../domain/Callback.ts"
import { CatalogId } from "../domain/Catalog.ts"
import type { DatabaseError } from "../domain/DatabaseError.ts"
import type { ModelInfo } from "../domain/Embedding.ts"
import { foreignTo } from "../domain/ForeignCatalog.ts"
import type { ImportError } from "../domain/ImportError.ts"
import type { ModelLoadError } from "../domain/ModelLoadError.ts"
import type { ReferenceInput } from "../domain/Reference.ts"
import { ValidationError } from "../domain/ValidationError.ts"
import { Embedder } from "../embedder/Embedder.ts"
import { formats } from "../importer/Formats.ts"
import { type Item, Options } from "../importer/Importer.ts"
import * as NodeFiles from "../importer/source/NodeFiles.ts"
import * as Sources from "../importer/Sources.ts"
import { EmbeddingRepository } from "../storage/EmbeddingRepository.ts"
import { operation, optional, streamOperation } from "../storage/Operation.ts"
import { ReferenceRepository } from "../storage/ReferenceRepository.ts"
import * as Rehearsal from "../storage/Rehearsal.ts"
import { RelationRepository } from "../storage/RelationRepository.ts"
import { RetryOptions } from "../storage/UpdateOptions.ts"
import type { VectorIndex } from "../storage/VectorIndex.ts"
import { ImportDone, type ImportEvent, type ImportFailure, ImportProgress, ImportReport } from "./ImportReport.ts"
import * as ImportSource from "./ImportSource.ts"
import * as ImportWatch from "./ImportWatch.ts"
import * as ImportTally from "./ImportTally.ts"
import * as LinkImport from "./LinkImport.ts"

const fields = {
  ...Options.fields,
  /** The name of a format. Default: detected. */
  format: Schema.optional(Schema.Literals(formats.map(({ name }) => name))),
  /** The catalog, `name@version`. It overrides what the source says. */
  catalog: Schema.optional(CatalogId),
  /** Write nothing unless every row is good, and none is left unread. The source is read twice. Default: false. */
  strict: Schema.optional(Schema.Boolean),
  /** Remove the references of the catalog that the source no longer has. Default: false. */
  prune: Schema.optional(Schema.Boolean),
  /** Prune also what a person decided on, and where the source has no reference at all. Default: false. */
  force: Schema.optional(Schema.Boolean),
  /** Embed what has no embedding of its present text. Default: true. */
  embed: Schema.optional(Schema.Boolean),
  /** How what the embedder's provider could not do for now is tried again. */
  retry: Schema.optional(RetryOptions),
  /** Relate references to what the source says that they link to, where that is stored. Default: false. */
  links: Schema.optional(Schema.Boolean),
  /**
   * Whether anything is written. Where not, the report says what would be, as exactly as an import does: the rows are saved in a
   * transaction that is taken back, and others wait with their writing until then. Nothing is embedded. Default: true.
   */
  store: Schema.optional(Schema.Boolean),
  /** Learn again what the texts of the catalog repeat, which is left out of what is embedded. Default: false. */
  refreshBoilerplate: Schema.optional(Schema.Boolean)
}

/** How a catalog is imported, as data. */
export const ImportSettings = Schema.Struct(fields)
export type ImportSettings = typeof ImportSettings.Type

/** How a catalog is imported, and who is told. */
export const ImportOptions = Schema.Struct({
  ...fields,
  /** Called after every group of rows; the import waits for it. */
  onProgress: Schema.optional(Callback<ImportProgress>())
})
export type ImportOptions = typeof ImportOptions.Type

/** Why an import ends before its end. */
export type CatalogImportError = ValidationError | ImportError | DatabaseError | ModelLoadError

/** How many events wait for a reader before the import waits for it. */
const bufferSize = 16

const isNoLink = (item: Item): boolean => Result.isFailure(item) || item.success._tag !== "Link"

const parameters = { source: ImportSource.CatalogSource, options: optional(ImportOptions) }

/** Fails where an import could not even begin: its options are wrong, or a file cannot be read. Opens no database. */
export const check: (
  source: ImportSource.CatalogSource,
  options?: ImportOptions
) => Effect.Effect<void, ValidationError | ImportError | DatabaseError, FileSystem.FileSystem> = operation(
  "CatalogImport.check",
  parameters
)(function* ({ source }) {
  const places = ImportSource.placesOf(source)
  if (places !== undefined) yield* Sources.check(places)
})

/** What embeds. */
interface Embedding {
  readonly embeddings: EmbeddingRepository["Service"]
  readonly model: ModelInfo
}

/** So many are pruned in a transaction. */
const prunedAtOnce = 100

const make = Effect.fnUntraced(function* (embedding: Embedding | undefined) {
  const sql = yield* SqlClient.SqlClient
  const references = yield* ReferenceRepository
  const linking = yield* LinkImport.make
  const files = yield* Effect.context<FileSystem.FileSystem | Stdio.Stdio>()

  /** Removes what the source no longer has. */
  const prune = Effect.fnUntraced(function* (
    name: string,
    catalog: string,
    { failed, seen, unread, warnings }: ImportTally.ImportTally,
    force: boolean
  ) {
    const not = (at: string, problem: string) => ({ pruned: 0, failed: [{ at, problem }] })
    if (failed.length + unread.length > 0) return not(name, "nothing was pruned, because not every row could be read")
    if (warnings.some(({ unsure }) => unsure === true)) {
      return not(name, "nothing was pruned, because what has no identifier may have been called otherwise before")
    }
    if (seen.size === 0 && !force) {
      return not(name, "it has no references, so nothing was pruned; the option force removes them all")
    }
    let pruned = 0
    const kept: Array<ImportFailure> = []
    yield* references.findAll({ catalog }).pipe(
      Stream.filter(({ uri }) => !seen.has(uri)),
      Stream.map(({ uri }) => uri),
      Stream.grouped(prunedAtOnce),
      Stream.runForEach((uris) =>
        Effect.map(references.removeMany(uris, { force }), (removal) => {
          pruned += removal.removed
          for (const { problem, uri } of removal.kept) kept.push({ at: uri, problem })
        })
      )
    )
    return { pruned, failed: kept }
  })

  const embed = Effect.fnUntraced(function* (catalog: string, { retry }: ImportSettings, tell: ImportTally.Tell) {
    const failed: Array<ImportFailure> = []
    if (embedding === undefined) return { embedded: 0, cut: 0, failed, stopped: undefined }
    const { embeddings, model } = embedding
    const update = embeddings.updateAllEmbeddings({
      filter: { catalog },
      retry,
      onProgress: ({ done, total }) => tell(new ImportProgress({ stage: "embedding", done, total })),
      onFailure: ({ problem, reference }) => Effect.sync(() => failed.push({ at: reference?.uri ?? catalog, problem }))
    })
    const made = yield* update.pipe(
      Effect.map(({ updated }) => ({ embedded: updated, failed, stopped: undefined })),
      Effect.catchTag("EmbeddingError", (stopped) =>
        Effect.succeed({ embedded: stopped.embedded ?? 0, failed, stopped })
      )
    )
    const { count: cut } = yield* embeddings.cutTexts({ catalog, limit: 0 })
    const language = model.languages === undefined ? undefined : yield* references.languageOf(catalog)
    const [foreign] = foreignTo(model, [{ catalog, language }])
    return { ...made, cut, ...(foreign !== undefined && { foreign: foreign.language }) }
  })

  const importing = Effect.fnUntraced(
    function* (source: ImportSource.CatalogSource, options: ImportSettings, tell: ImportTally.Tell) {
      const { embed: embeds = true, store = true, strict = false } = options
      if (embeds && embedding === undefined) {
        return yield* new ValidationError({
          field: "embed",
          value: options.embed,
          constraint: "needs an embedder, and this store has none",
          expected: "false, or a store with an embedder"
        })
      }
      const name = ImportSource.nameOf(source)
      // What is slow to come holds up nobody who writes.
      const open =
        strict || !store ? yield* ImportSource.reopenable(source, options) : ImportSource.open(source, options)
      const totals = { created: 0, updated: 0, unchanged: 0, missing: 0, pruned: 0, embedded: 0, cut: 0 }
      if (strict) {
        const { items, ...opened } = yield* open
        const {
          links: _links,
          seen: _seen,
          ...tally
        } = yield* ImportTally.read(name, items, "checking", () => Effect.void, tell)
        if (tally.failed.length + tally.unread.length > 0)
          return new ImportReport({ ...opened, ...totals, ...tally, unresolved: [], rehearsed: !store, refused: true })
      }
      const { items: every, ...opened } = yield* open
      const items = options.links === true ? every : Stream.filter(every, isNoLink)
      const { catalog } = opened
      const save = Effect.fnUntraced(function* (inputs: ReadonlyArray<ReferenceInput>) {
        const saved = yield* references.saveMany(inputs)
        totals.created += saved.created
        totals.updated += saved.updated
        totals.unchanged += saved.unchanged
      })
      const saving = Effect.gen(function* () {
        const { links: found, seen, ...tally } = yield* ImportTally.read(name, items, "saving", save, tell)
        // All that was seen is stored in the catalog now, unless another process has removed some of it.
        totals.missing = Math.max(0, (yield* references.count({ catalog })) - seen.size)
        const failed = [...tally.failed]
        if (options.prune === true && totals.missing > 0) {
          const left = yield* prune(name, catalog, { seen, ...tally, links: [] }, options.force ?? false)
          totals.pruned = left.pruned
          failed.push(...left.failed)
        }
        const linked = options.links === true ? yield* linking.save(found, catalog, opened.format) : { unresolved: [] }
        return new ImportReport({
          ...opened,
          ...totals,
          ...tally,
          ...linked,
          rehearsed: !store,
          refused: false,
          failed
        })
      })
      if (!store) return yield* Effect.provideService(Rehearsal.of(saving), SqlClient.SqlClient, sql)
      const report = yield* saving
      yield* references.learnBoilerplate(catalog, { refresh: options.refreshBoilerplate })
      if (!embeds) return report
      const made = yield* embed(catalog, options, tell)
      return new ImportReport({ ...report, ...made, failed: [...report.failed, ...made.failed] })
    },
    Effect.scoped,
    Effect.provideContext(files)
  )

  const run = operation(
    "CatalogImport.run",
    parameters
  )(function* ({ options = {}, source }) {
    return yield* importing(source, options, (event) =>
      event._tag === "ImportProgress" ? tell(options.onProgress, event) : Effect.void
    )
  })

  const stream = streamOperation("CatalogImport.stream", {
    source: ImportSource.CatalogSource,
    options: optional(ImportSettings)
  })(({ options = {}, source }) =>
    Stream.callback<ImportEvent, CatalogImportError>(
      (queue) =>
        importing(source, options, (event) => Effect.asVoid(Queue.offer(queue, event))).pipe(
          Effect.flatMap((report) => Queue.offer(queue, new ImportDone({ report }))),
          Effect.andThen(Queue.end(queue))
        ),
      { bufferSize }
    )
  )

  const watch = streamOperation("CatalogImport.watch", {
    source: Schema.Union([ImportSource.Place, Schema.NonEmptyArray(ImportSource.Place)]),
    options: optional(ImportSettings)
  })(({ options = {}, source }) =>
    Stream.unwrap(
      Effect.as(
        Sources.check(source),
        ImportWatch.watch(
          typeof source === "string" ? [source] : source,
          importing(source, options, () => Effect.void)
        )
      )
    ).pipe(Stream.provideContext(files))
  )

  return { run, stream, watch }
})

/**
 * Imports a catalog: reads a source of any format, saves its references, learns what their texts repeat, embeds them,
 * and reports what was done.
 *
 * A row that is wrong is reported and loses no other. Interrupted at any moment, what was saved stays, and importing the
 * same source again goes on where it stopped. Importing what has not changed changes nothing.
 *
 * @example
 * import { Effect, Stream } from "effect"
 * import { CatalogImport, Store } from "crosswalk"
 *
 * const program = Effect.gen(function*() {
 *   const catalogs = yield* CatalogImport
 *   const { catalog, created, failed } = yield* catalogs.run("requirements.csv", { catalog: "company@2026.1" })
 *   console.log(`${catalog}: ${created} created`, failed)
 *
 *   // What was uploaded, without a file.
 *   const bytes = Stream.make(new TextEncoder().encode("id,title\nR-1,Passwords are hashed\n"))
 *   return yield* catalogs.run({ name: "upload.csv", bytes }, { catalog: "upload@1", strict: true })
 * }).pipe(Effect.provide(Store.layerLibsql({ url: "requirements.db" })))
 */
export class CatalogImport extends Context.Service<
  CatalogImport,
  {
    /** Imports a source. Fails with ImportError where it cannot be read as a whole; nothing was written then. */
    readonly run: (
      source: ImportSource.CatalogSource,
      options?: ImportOptions
    ) => Effect.Effect<ImportReport, CatalogImportError>
    /**
     * The same as a stream, such as for a page that shows progress: an `ImportProblem` for each row that is wrong, an `ImportProgress`
     * after every group of rows, then one
     * `ImportDone` with the report. A reader that is slow slows the import; one that stops reading ends it, as an
     * interruption does.
     */
    readonly stream: (
      source: ImportSource.CatalogSource,
      options?: ImportSettings
    ) => Stream.Stream<ImportEvent, CatalogImportError>
    /**
     * Imports files, folders and patterns now, and again whenever they have changed: one event an import, one import at a
     * time. Unchanged rows are not written and not embedded again. Fails where there are none at the beginning. Where they
     * cannot be read later, a `WatchFailed`
     * says why, and what was imported before stays; a row that is wrong keeps what it was, and `strict` keeps all. Ends
     * with its reader only. Other files that these name, such as the catalog of an OSCAL profile, are not looked at.
     */
    readonly watch: (
      source: string | readonly [string, ...Array<string>],
      options?: ImportSettings
    ) => Stream.Stream<ImportWatch.WatchEvent, CatalogImportError>
  }
>()("crosswalk/CatalogImport") {
  /** With the repositories and files that are there. */
  static readonly layerNoDeps: Layer.Layer<
    CatalogImport,
    never,
    | SqlClient.SqlClient
    | ReferenceRepository
    | RelationRepository
    | EmbeddingRepository
    | Embedder
    | FileSystem.FileSystem
    | Stdio.Stdio
  > = Layer.effect(
    this,
    Effect.flatMap(Effect.all([EmbeddingRepository, Embedder]), ([embeddings, { model }]) =>
      make({ embeddings, model })
    )
  )

  /** On any libSQL `SqlClient`, with the embedder and the vector index in use. Files are read with Node's own modules. */
  static readonly layer: Layer.Layer<CatalogImport, DatabaseError, SqlClient.SqlClient | Embedder | VectorIndex> =
    this.layerNoDeps.pipe(
      Layer.provide(
        Layer.mergeAll(ReferenceRepository.layer, RelationRepository.layer, EmbeddingRepository.layer, NodeFiles.layer)
      )
    )

  /** Without an embedder: every import must say `embed: false`, or fails with a ValidationError that names `embed`. */
  static readonly layerReferences: Layer.Layer<CatalogImport, DatabaseError, SqlClient.SqlClient> = Layer.effect(
    this,
    make(undefined)
  ).pipe(Layer.provide(Layer.mergeAll(ReferenceRepository.layer, RelationRepository.layer, NodeFiles.layer)))
}
