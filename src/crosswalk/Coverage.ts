import { Clock, Context, DateTime, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"
import {
  type CoverageException,
  CoverageOptions,
  CoverageReport,
  type CoverageState,
  type CoveredReference
} from "../domain/Coverage.ts"
import type { DatabaseError } from "../domain/DatabaseError.ts"
import { NotFoundError } from "../domain/NotFoundError.ts"
import { ValidationError } from "../domain/ValidationError.ts"
import { RelationStatus, RelationType } from "../domain/Relation.ts"
import { JsonValue } from "../domain/Text.ts"
import { toDatabaseError } from "../libsql/DatabaseErrors.ts"
import { decodeInput, decodeRow } from "../storage/Decoding.ts"
import * as Migrations from "../storage/Migrations.ts"
import * as CoverageGroups from "./CoverageGroups.ts"
import * as CoveragePaths from "./CoveragePaths.ts"

const EdgeRow = Schema.Struct({
  id: Schema.Int,
  source: Schema.String,
  target: Schema.String,
  source_catalog: Schema.String,
  target_catalog: Schema.String,
  type: RelationType,
  status: RelationStatus,
  confidence: Schema.Finite,
  needs_review: Schema.Int
})

const EntryRow = Schema.Struct({
  id: Schema.Int,
  uri: Schema.String,
  title: Schema.String,
  metadata: Schema.NullOr(Schema.fromJsonString(JsonValue))
})
type EntryRow = typeof EntryRow.Type

/** How many rows are read at a time; a local statement holds the event loop. */
const pageSize = 2_000

/** Exceptions by their reference, and whether one of them still holds. */
const byReference = (exceptions: ReadonlyArray<CoverageException>, today: string) => {
  const known = new Map<string, { readonly exception: CoverageException; readonly expired: boolean }>()
  for (const exception of exceptions) {
    const expired = exception.until !== undefined && exception.until < today
    const before = known.get(exception.reference)
    if (before === undefined || (before.expired && !expired)) known.set(exception.reference, { exception, expired })
  }
  return known
}

const invalid = (field: string, value: unknown, constraint: string, expected: string) =>
  new ValidationError({ field, value, constraint, expected })

const make = Effect.gen(function* () {
  const sql = (yield* SqlClient.SqlClient).withoutTransforms()
  const decode = decodeInput(CoverageOptions, "coverage")
  const decodeEdges = decodeRow(Schema.Array(EdgeRow), "Coverage.report")
  const decodeEntries = decodeRow(Schema.Array(EntryRow), "Coverage.report")

  const entries = Effect.fnUntraced(function* (catalog: string) {
    const all: Array<EntryRow> = []
    for (let after = 0, size = pageSize; size === pageSize; ) {
      const rows = yield* decodeEntries(
        yield* sql`SELECT id, uri, title, metadata FROM crosswalk_reference
          WHERE catalog = ${catalog} AND id > ${after} ORDER BY id LIMIT ${pageSize}`
      )
      all.push(...rows)
      size = rows.length
      after = rows.at(-1)?.id ?? after
      yield* Effect.yieldNow
    }
    if (all.length === 0) return yield* new NotFoundError({ uri: catalog, entity: "catalog" })
    return all.sort((a, b) => CoverageGroups.byName(a.uri, b.uri))
  })

  const edges = Effect.fnUntraced(function* (
    layers: ReadonlyArray<string>,
    includeSuggested: boolean,
    minConfidence: number
  ) {
    const layerOf = new Map(layers.map((catalog, layer) => [catalog, layer]))
    const all: Array<CoveragePaths.Edge> = []
    for (let after = 0, size = pageSize; size === pageSize; ) {
      const rows = yield* decodeEdges(
        yield* sql`SELECT x.id, s.uri AS source, t.uri AS target, s.catalog AS source_catalog,
            t.catalog AS target_catalog, x.type, x.status, x.confidence, x.needs_review
          FROM crosswalk_relation AS x JOIN crosswalk_reference AS s ON s.id = x.source_id
          JOIN crosswalk_reference AS t ON t.id = x.target_id
          WHERE x.id > ${after} AND ${sql.in("s.catalog", layers)} AND ${sql.in("t.catalog", layers)}
            AND s.catalog <> t.catalog AND ${sql.in("x.status", includeSuggested ? ["accepted", "suggested"] : ["accepted"])}
            AND x.confidence >= ${minConfidence}
          ORDER BY x.id LIMIT ${pageSize}`
      )
      for (const { needs_review, source_catalog, target_catalog, source, target, type, status, confidence } of rows) {
        const sourceLayer = layerOf.get(source_catalog)
        const targetLayer = layerOf.get(target_catalog)
        if (sourceLayer === undefined || targetLayer === undefined) continue
        const needsReview = needs_review !== 0
        all.push({ source, target, type, status, confidence, needsReview, sourceLayer, targetLayer })
      }
      size = rows.length
      after = rows.at(-1)?.id ?? after
      yield* Effect.yieldNow
    }
    return all
  })

  const report = Effect.fn("Coverage.report")(
    function* (options: CoverageOptions) {
      const {
        by,
        countPartly = false,
        exceptions = [],
        includeSuggested = false,
        minConfidence = 0,
        ...rest
      } = yield* decode(options)
      const { through = [], to } = rest
      const layers = [by, ...through, to]
      const repeated = layers.find((catalog, i) => layers.indexOf(catalog) !== i)
      if (repeated !== undefined) {
        const expected = "different catalogs: the one to cover, the one that covers it, and those between them"
        return yield* invalid("coverage", repeated, "is named twice", expected)
      }
      const now = yield* Clock.currentTimeMillis
      const today = rest.today ?? DateTime.formatIsoDateUtc(DateTime.makeUnsafe(now))

      const targets = yield* entries(to)
      const coverers = yield* entries(by)
      for (const catalog of through) yield* entries(catalog)
      const { linked, reached } = CoveragePaths.find(
        yield* edges(layers, includeSuggested, minConfidence),
        layers.length
      )

      const excepted = byReference(exceptions, today)
      const references = targets.map(({ metadata, title, uri }): CoveredReference => {
        const found = reached.get(uri)
        const ways = found?.ways.map(CoveragePaths.toCoveredBy) ?? []
        const extent: CoverageState = ways[0]?.extent ?? "uncovered"
        const isMissing = extent === "uncovered" || (extent === "partly" && !countPartly)
        const { exception, expired = false } = excepted.get(uri) ?? {}
        return {
          uri,
          title,
          chapter: CoverageGroups.chapterOf(metadata),
          level: CoverageGroups.levelOf(metadata),
          state: isMissing && exception !== undefined && !expired ? "excepted" : extent,
          by: ways,
          more: found?.more ?? false,
          needsReview: found?.ways.every(({ needsReview }) => needsReview) ?? false,
          ...(exception === undefined ? {} : { exception }),
          expired
        }
      })
      const loose = coverers
        .filter(({ uri }) => !linked.has(uri))
        .map(({ title, uri }) => {
          const { exception, expired = false } = excepted.get(uri) ?? {}
          return { uri, title, ...(exception === undefined ? {} : { exception }), expired }
        })
      const known = new Set([...targets, ...coverers].map(({ uri }) => uri))
      return new CoverageReport({
        to,
        by,
        through,
        includeSuggested,
        minConfidence,
        countPartly,
        today,
        ...CoverageGroups.countsOf(references, countPartly),
        ...CoverageGroups.groupsOf(references, countPartly),
        references,
        unlinked: loose.filter(({ exception, expired }) => exception === undefined || expired),
        unlinkedExcepted: loose.filter(({ exception, expired }) => exception !== undefined && !expired),
        unknownExceptions: exceptions.filter(({ reference }) => !known.has(reference))
      })
    },
    Effect.catchTag("SqlError", (error) => Effect.fail(toDatabaseError("Coverage.report")(error)))
  )

  return { report }
})

/**
 * How well one catalog is covered by another.
 *
 * A reference is covered when a reference of the other catalog `implements` it, is `equal` to it, a `superset` of it or
 * `supersedes` it, or when it is itself `equal` to that one or a `subset` of it. Every other relation that was not rejected
 * covers it in part. Over a third catalog, a way is as good as its weakest relation, and one with two that cover in part
 * does not count, because the two parts need not meet.
 *
 * @example
 * import { Effect } from "effect"
 * import { Coverage } from "crosswalk"
 *
 * const program = Effect.gen(function*() {
 *   const coverage = yield* Coverage
 *   const { percent, references } = yield* coverage.report({ to: "asvs@5.0.0", by: "company@1" })
 *   return { percent, open: references.filter(({ state }) => state === "uncovered") }
 * })
 */
export class Coverage extends Context.Service<
  Coverage,
  {
    /** Fails with NotFoundError where a catalog has no references. */
    readonly report: (
      options: CoverageOptions
    ) => Effect.Effect<CoverageReport, ValidationError | NotFoundError | DatabaseError>
  }
>()("crosswalk/Coverage") {
  /** On any libSQL `SqlClient`. */
  static readonly layer: Layer.Layer<Coverage, DatabaseError, SqlClient.SqlClient> = Layer.effect(this, make).pipe(
    Layer.provide(Migrations.layer)
  )
}
