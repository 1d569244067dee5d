import { Context, Effect, type FileSystem, Layer, Result, Schema, type Stdio, Stream } from "effect"
import { SqlClient } from "effect/sql"
import { CatalogId } from "../domain/Catalog.ts"
import type { DatabaseError } from "../domain/DatabaseError.ts"
import type { ImportError } from "../domain/ImportError.ts"
import type { NotFoundError } from "../domain/NotFoundError.ts"
import * as Learning from "../crosswalk/Learning.ts"
import { confidenceKind, provenanceOfRead } from "../domain/Proposal.ts"
import { RelationStatus } from "../domain/Relation.ts"
import { urisOf } from "../domain/RelationEnds.ts"
import { Text } from "../domain/Text.ts"
import type { ValidationError } from "../domain/ValidationError.ts"
import type { Warning } from "../importer/Importer.ts"
import { MappingOptions } from "../importer/mapping/Mapping.ts"
import { mappingFormats } from "../importer/mapping/MappingFormats.ts"
import * as Mappings from "../importer/mapping/Mappings.ts"
import * as RelationFile from "../importer/mapping/RelationFile.ts"
import { withHead } from "../importer/source/Bytes.ts"
import * as NodeFiles from "../importer/source/NodeFiles.ts"
import * as LintRows from "../storage/LintRows.ts"
import { operation, optional } from "../storage/Operation.ts"
import { ReferenceRepository } from "../storage/ReferenceRepository.ts"
import * as Rehearsal from "../storage/Rehearsal.ts"
import { RelationRepository } from "../storage/RelationRepository.ts"
import { failureOf, type ImportFailure, RelationImportReport } from "./ImportReport.ts"
import * as KnownEnds from "./KnownEnds.ts"
import * as ImportSource from "./ImportSource.ts"
import * as NamedEnds from "./NamedEnds.ts"

/** How relations are imported. */
export const RelationImportOptions = Schema.Struct({
  ...MappingOptions.fields,
  /** The name of a format. Default: detected. */
  format: Schema.optional(Schema.Literals([...RelationFile.formats, ...mappingFormats.map(({ name }) => name)])),
  /** The catalog whose identifiers the sources are. Needed where they are no URIs and the format names none. */
  from: Schema.optional(CatalogId),
  /** The catalog whose identifiers the targets are. */
  to: Schema.optional(CatalogId),
  /** The status of relations for which the source says none. Default: `accepted`. */
  status: Schema.optional(RelationStatus),
  /** Who answers for them, where the source does not say. */
  by: Schema.optional(Text),
  /** Write nothing unless every row is good. Default: false. */
  strict: Schema.optional(Schema.Boolean),
  /** Replace what a person decided here before. Default: false. */
  force: Schema.optional(Schema.Boolean),
  /** Whether anything is written. Where not, the report says what would be. Default: true. */
  store: Schema.optional(Schema.Boolean)
})
export type RelationImportOptions = typeof RelationImportOptions.Type

/** Why an import of relations ends before its end. */
export type RelationImportError = ValidationError | NotFoundError | ImportError | DatabaseError

/** How many references are looked up at a time. */
const groupSize = 500

/** What a source holds, whatever its format. */
export const open = Effect.fnUntraced(function* (
  source: string,
  bytes: Stream.Stream<Uint8Array, ImportError>,
  options: RelationImportOptions
) {
  const opened = yield* withHead(source, bytes, options.encoding)
  const format =
    options.format === undefined || options.format.startsWith("crosswalk")
      ? RelationFile.formatOf(opened.head)
      : undefined
  if (format !== undefined) return { format, items: RelationFile.read(format, opened) }
  const mapping = yield* Mappings.readAll(source, opened.bytes, { ...options, encoding: undefined })
  const { by, status = "accepted" } = options
  return {
    format: mapping.format,
    items: mapping.items.pipe(
      Stream.map(
        Result.map((item): RelationFile.Placed | { readonly unmapped: number } | Warning => {
          if (item._tag === "Unmapped") return { unmapped: item.sources.length }
          if (item._tag === "Warning") return item
          const { at, confidence = 1, needsReview = false, provenance, sources, targets, to, type, uuids } = item
          return {
            at,
            ...(uuids !== undefined && { uuids }),
            relation: {
              sources,
              targets,
              ...(to !== undefined && { to }),
              type,
              confidence,
              status: item.status ?? status,
              needsReview,
              provenance: { method: `import:${mapping.format}`, ...(by === undefined ? {} : { by }), ...provenance }
            }
          }
        })
      )
    )
  }
})

/** The first of the errors that are mended by the same, and how many others are. */
export const byRemedy = (errors: ReadonlyArray<ImportError>) =>
  [...Map.groupBy(errors, ({ remedy }) => JSON.stringify(remedy)).values()].flatMap(([first, ...others]) =>
    first === undefined ? [] : [{ first, others: others.length }]
  )

const make = Effect.gen(function* () {
  const client = yield* SqlClient.SqlClient
  const sql = client.withoutTransforms()
  const learning = yield* Learning.make
  const references = yield* ReferenceRepository
  const relations = yield* RelationRepository
  const rows = yield* LintRows.make
  const files = yield* Effect.context<FileSystem.FileSystem | Stdio.Stdio>()

  /** The catalogs of both ends that are stored, by their URIs. */
  const storedOf = Effect.fnUntraced(function* (found: ReadonlyArray<RelationFile.Placed>) {
    const stored = new Map<string, string | undefined>()
    const wanted = [...new Set(found.flatMap(({ relation }) => urisOf(relation)))]
    for (let start = 0; start < wanted.length; start += groupSize) {
      const some = yield* references.findMany(wanted.slice(start, start + groupSize))
      for (const [uri, { catalog }] of some) stored.set(uri, catalog)
    }
    return stored
  })

  /** Confidences of suggestions are what decisions in this database teach, whatever those of another did. */
  const save = Effect.fnUntraced(function* (
    read: ReadonlyArray<RelationFile.ExportedRelation>,
    catalogOf: (uri: string) => string | undefined,
    keepDecided: boolean
  ) {
    const found = read.map((relation) => ({ ...relation, provenance: provenanceOfRead(relation) }))
    if (found.every((relation) => confidenceKind(relation) === "given")) {
      return yield* relations.saveMany(found, { keepDecided })
    }
    return yield* sql.withTransaction(
      Effect.gen(function* () {
        // Takes the lock: no decision comes between what is learnt and what is written.
        yield* sql`DELETE FROM crosswalk_relation WHERE false`
        return yield* relations.saveMany(yield* learning.taught(found, catalogOf), { keepDecided })
      })
    )
  })

  const importing = Effect.fnUntraced(
    function* (source: ImportSource.ImportSource, options: RelationImportOptions) {
      const name = ImportSource.nameOf(source)
      const known = (yield* references.catalogs).map(({ id }) => id)
      const { catalogs = known } = options
      const { format, items } = yield* open(name, yield* ImportSource.bytes(source, options), { ...options, catalogs })
      const found: Array<RelationFile.Placed> = []
      const failed: Array<ImportFailure> = []
      const warnings: Array<Warning> = []
      /** What a source does not say is the same for all of its rows. */
      const unnamed: Array<ImportError> = []
      let unmapped = 0
      yield* Stream.runForEach(items, (item) =>
        Effect.sync(() => {
          if (Result.isFailure(item)) {
            if (item.failure.reason === "option") unnamed.push(item.failure)
            else failed.push(failureOf(name, item.failure))
          } else if ("unmapped" in item.success) unmapped += item.success.unmapped
          else if ("problem" in item.success) warnings.push(item.success)
          else {
            found.push(item.success)
            if (item.success.relation.targets.length === 0) unmapped += item.success.relation.sources.length
          }
        })
      )
      for (const { first, others } of byRemedy(unnamed)) {
        const { problem, ...rest } = failureOf(name, first)
        failed.push({ ...rest, problem: others === 0 ? problem : `${problem} (the same is true of ${others} more)` })
      }
      const stored = yield* storedOf(found)
      const ends = yield* NamedEnds.resolve(rows, found, { catalogs: known, stored })
      const { failed: unknown, good } = KnownEnds.check(found, { uriOf: ends.uriOf, catalogs: new Set(known) })
      failed.push(...ends.failed, ...unknown)
      const { force = false, store = true, strict = false } = options
      const refused = strict && failed.length > 0
      const saving = save(good, (uri) => stored.get(uri) ?? ends.catalogOf(uri), !force)
      const totals =
        refused || good.length === 0
          ? { created: 0, updated: 0, unchanged: 0, kept: 0 }
          : yield* store ? saving : Effect.provideService(Rehearsal.of(saving), SqlClient.SqlClient, client)
      return new RelationImportReport({ format, ...totals, unmapped, rehearsed: !store, refused, failed, warnings })
    },
    Effect.scoped,
    Effect.provideContext(files)
  )

  const run = operation("RelationImport.run", {
    source: ImportSource.ImportSource,
    options: optional(RelationImportOptions)
  })(function* ({ options = {}, source }) {
    return yield* importing(source, options)
  })

  return { run }
})

/**
 * Imports relations between references that are stored: an OSCAL mapping, OWASP's ASVS mapping, an OpenCRE export, a CSV
 * of pairs, or what {@link CatalogExport} wrote.
 *
 * All are written in one transaction. A row that is wrong, or relates what is not stored, is reported and loses no other.
 * What a person decided here before stays.
 *
 * @example
 * import { Effect } from "effect"
 * import { RelationImport } from "crosswalk"
 *
 * const program = Effect.gen(function*() {
 *   const relations = yield* RelationImport
 *   const { created, failed } = yield* relations.run("pairs.csv", { from: "company@2026.1", to: "asvs@5.0.0", by: "Ann" })
 *   return { created, failed }
 * })
 */
export class RelationImport extends Context.Service<
  RelationImport,
  {
    /** Fails with ImportError where the source cannot be read as a whole; nothing was written then. */
    readonly run: (
      source: ImportSource.ImportSource,
      options?: RelationImportOptions
    ) => Effect.Effect<RelationImportReport, RelationImportError>
  }
>()("crosswalk/RelationImport") {
  /** With the repositories and the files that are there. */
  static readonly layerNoDeps: Layer.Layer<
    RelationImport,
    never,
    SqlClient.SqlClient | ReferenceRepository | RelationRepository | FileSystem.FileSystem | Stdio.Stdio
  > = Layer.effect(this, make)

  /** On any libSQL `SqlClient`. Files are read with Node's own modules. */
  static readonly layer: Layer.Layer<RelationImport, DatabaseError, SqlClient.SqlClient> = this.layerNoDeps.pipe(
    Layer.provide(Layer.mergeAll(ReferenceRepository.layer, RelationRepository.layer, NodeFiles.layer))
  )
}
