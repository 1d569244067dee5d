import { Context, Effect, type FileSystem, Layer, Result, type Stdio, Stream } from "effect"
import { SqlClient } from "effect/sql"
import { Pins } from "../crosswalk/Pins.ts"
import type { DatabaseError } from "../domain/DatabaseError.ts"
import type { ImportError } from "../domain/ImportError.ts"
import { type LintFinding, LintOptions, LintReport, type LintRule } from "../domain/Lint.ts"
import * as Natural from "../domain/Natural.ts"
import type { NotFoundError } from "../domain/NotFoundError.ts"
import { type RelationEnds, urisOf } from "../domain/RelationEnds.ts"
import type { ValidationError } from "../domain/ValidationError.ts"
import * as NodeFiles from "../importer/source/NodeFiles.ts"
import * as LintRows from "../storage/LintRows.ts"
import { operation, optional } from "../storage/Operation.ts"
import { ReferenceRepository } from "../storage/ReferenceRepository.ts"
import * as Snapshot from "../storage/Snapshot.ts"
import * as ImportSource from "./ImportSource.ts"
import * as Ends from "./lint/Ends.ts"
import * as Pinned from "./lint/Pinned.ts"
import * as Relations from "./lint/Relations.ts"
import { finding, type Statement } from "./lint/Statement.ts"
import { byRemedy, open, RelationImportOptions } from "./RelationImport.ts"
import * as StoredNames from "./StoredNames.ts"

/** Why relations cannot be checked. */
export type LintError = ValidationError | NotFoundError | ImportError | DatabaseError

/** What a file says, and where it cannot be read. */
const read = Effect.fnUntraced(function* (
  source: ImportSource.ImportSource,
  options: RelationImportOptions,
  catalogs: ReadonlyArray<string>
) {
  const name = ImportSource.nameOf(source)
  const { format, items } = yield* open(name, yield* ImportSource.bytes(source, options), { catalogs, ...options })
  const said: Array<Statement> = []
  const findings: Array<LintFinding> = []
  const unnamed: Array<ImportError> = []
  yield* Stream.runForEach(items, (item) =>
    Effect.sync(() => {
      if (Result.isSuccess(item)) {
        if ("relation" in item.success)
          said.push({ ...item.success.relation, at: item.success.at, uuids: item.success.uuids })
        return
      }
      const { failure } = item
      if (failure.reason === "option") unnamed.push(failure)
      else findings.push(ofRow(failure.reason === "header" ? "header-row" : "unreadable-row", failure))
    })
  )
  for (const { first, others } of byRemedy(unnamed)) {
    const { message, ...rest } = ofRow("unknown-catalog", first)
    findings.push({ ...rest, message: others === 0 ? message : `${message} The same is true of ${others} more.` })
  }
  return { format, said, findings, name }
})

/** What is wrong with a row that is no relation. */
const ofRow = (rule: LintRule, { at, problem, remedy }: ImportError): LintFinding =>
  finding(rule, { at }, `${problem.charAt(0).toUpperCase()}${problem.slice(1)}.`, remedy)

const countOf = (findings: ReadonlyArray<LintFinding>) => {
  const of = (severity: LintFinding["severity"]) => findings.filter((one) => one.severity === severity).length
  return { errors: of("error"), warnings: of("warning"), hints: of("hint") }
}

/** The order of places in a file, then of URIs; what is about the whole comes first. */
const sorted = (findings: ReadonlyArray<LintFinding>): ReadonlyArray<LintFinding> =>
  findings
    .map((one) => {
      const place = one.at ?? ""
      return { one, key: `${Natural.key(place)}\n${Natural.key([...one.sources, ...one.targets].join(" "))}` }
    })
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ one }) => one)

const make = Effect.gen(function* () {
  const references = yield* ReferenceRepository
  const rows = yield* LintRows.make
  const pins = yield* Pins
  const snapshot = yield* Snapshot.make
  const files = yield* Effect.context<FileSystem.FileSystem | Stdio.Stdio>()

  const byUri = (found: ReadonlyArray<LintRows.LintReference>) => new Map(found.map((one) => [one.uri, one]))

  const relations = operation("Lint.relations", { options: optional(LintOptions) })(function* ({ options = {} }) {
    const { from, to } = options
    const [stored, all, moved] = yield* snapshot.read(
      Effect.gen(function* () {
        for (const catalog of [from, to]) if (catalog !== undefined) yield* references.requireCatalog(catalog)
        const moved = yield* pins.moved()
        // Of a relation that lost an end, the others may be at no end any more.
        const left = yield* rows.named([...new Set(moved.flatMap((one) => one.relations.flatMap(urisOf)))])
        return [byUri([...(yield* rows.atEnds), ...left]), yield* rows.relations, moved] as const
      })
    )
    const readIn = new Map(moved.map(({ catalog, uri }) => [uri, catalog]))
    const isOf = (catalog: string | undefined, uris: ReadonlyArray<string>, none?: string) =>
      catalog === undefined ||
      none === catalog ||
      uris.some((uri) => (stored.get(uri)?.catalog ?? readIn.get(uri)) === catalog)
    const isChosen = ({ sources, targets, to: none }: RelationEnds) =>
      (isOf(from, sources) && isOf(to, targets, none)) || (isOf(to, sources) && isOf(from, targets, none))
    const chosen = all.filter(isChosen)
    const told = moved.filter(({ relations }) => relations.some(isChosen))
    const findings = sorted([...Relations.check(chosen, stored), ...Pinned.check(told)])
    return new LintReport({ relations: chosen.length, ...countOf(findings), findings })
  })

  const file = operation("Lint.file", {
    source: ImportSource.ImportSource,
    options: optional(RelationImportOptions)
  })(function* ({ options = {}, source }) {
    const catalogs = (yield* references.catalogs).map(({ id }) => id)
    const { findings, format, name, said } = yield* Effect.scoped(read(source, options, catalogs)).pipe(
      Effect.provideContext(files)
    )
    const stored = yield* snapshot.read(StoredNames.read(rows, said.flatMap(urisOf), catalogs))
    const resolved = Ends.resolve(said, stored)
    const all = sorted([...findings, ...resolved.findings, ...Relations.check(resolved.statements, stored.references)])
    return new LintReport({ source: name, format, relations: said.length, ...countOf(all), findings: all })
  })

  return { relations, file }
})

/**
 * Says what is wrong with relations, or may be: identifiers that are none, what contradicts itself, decisions on texts that
 * have changed. It only reads.
 *
 * @example
 * import { Effect } from "effect"
 * import { Lint } from "crosswalk"
 *
 * const program = Effect.gen(function*() {
 *   const lint = yield* Lint
 *   const { errors, findings } = yield* lint.file("pairs.csv", { from: "company@2026.1", to: "asvs@5.0.0" })
 *   return { errors, first: findings[0]?.message }
 * })
 */
export class Lint extends Context.Service<
  Lint,
  {
    /** Checks the stored relations: all, those of one catalog, or those between two. Fails with NotFoundError where one is not stored. */
    readonly relations: (
      options?: LintOptions
    ) => Effect.Effect<LintReport, ValidationError | NotFoundError | DatabaseError>
    /**
     * Checks a mapping in any format that {@link RelationImport} reads, against what is stored. Fails with ImportError where
     * it cannot be read as a whole.
     */
    readonly file: (
      source: ImportSource.ImportSource,
      options?: RelationImportOptions
    ) => Effect.Effect<LintReport, ValidationError | ImportError | DatabaseError>
  }
>()("crosswalk/Lint") {
  /** With the repository and the files that are there. */
  static readonly layerNoDeps: Layer.Layer<
    Lint,
    never,
    SqlClient.SqlClient | ReferenceRepository | Pins | FileSystem.FileSystem | Stdio.Stdio
  > = Layer.effect(this, make)

  /** On any libSQL `SqlClient`. Files are read with Node's own modules. */
  static readonly layer: Layer.Layer<Lint, DatabaseError, SqlClient.SqlClient> = this.layerNoDeps.pipe(
    Layer.provide(Layer.mergeAll(ReferenceRepository.layer, Pins.layer, NodeFiles.layer))
  )
}
