import { Clock, Context, DateTime, Effect, Layer } from "effect"
import type { SqlClient } from "effect/sql"
import {
  type CoverageException,
  CoverageOptions,
  CoverageReport,
  type CoverageState,
  type CoveredReference
} from "../domain/Coverage.ts"
import type { RequirementFilter } from "../domain/Filter.ts"
import type { DatabaseError } from "../domain/DatabaseError.ts"
import * as Natural from "../domain/Natural.ts"
import type { NotFoundError } from "../domain/NotFoundError.ts"
import { ValidationError } from "../domain/ValidationError.ts"
import * as CoverageRows from "../storage/CoverageRows.ts"
import * as FilterSql from "../storage/FilterSql.ts"
import * as Migrations from "../storage/Migrations.ts"
import { operation } from "../storage/Operation.ts"
import { ReferenceRepository } from "../storage/ReferenceRepository.ts"
import * as Snapshot from "../storage/Snapshot.ts"
import * as CoverageGroups from "./CoverageGroups.ts"
import * as CoveragePaths from "./CoveragePaths.ts"

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

const make = Effect.gen(function* () {
  const references = yield* ReferenceRepository
  const rows = yield* CoverageRows.make
  const snapshot = yield* Snapshot.make

  const entries = Effect.fnUntraced(function* (catalog: string, filter?: RequirementFilter) {
    yield* references.requireCatalog(catalog)
    return (yield* rows.entries(catalog, filter)).sort((a, b) => Natural.compare(a.uri, b.uri))
  })

  const edges = Effect.fnUntraced(function* (
    layers: ReadonlyArray<string>,
    includeSuggested: boolean,
    minConfidence: number
  ) {
    const status = includeSuggested ? (["accepted", "suggested"] as const) : (["accepted"] as const)
    const layerOf = new Map(layers.map((catalog, layer) => [catalog, layer]))
    return (yield* rows.links(layers, status, minConfidence)).flatMap(({ catalogs, link }) =>
      CoveragePaths.edgesOf(link, (uri) => layerOf.get(catalogs.get(uri) ?? ""))
    )
  })

  const report = operation("Coverage.report", { options: CoverageOptions })(function* ({ options }) {
    const { by, countPartly = false, exceptions = [], includeSuggested = false, minConfidence = 0, ...rest } = options
    const { through = [], to } = rest
    const layers = [by, ...through, to]
    const now = yield* Clock.currentTimeMillis
    const today = rest.today ?? DateTime.formatIsoDateUtc(DateTime.makeUnsafe(now))

    const { all, coverers, links } = yield* snapshot.read(
      Effect.gen(function* () {
        const all = yield* entries(to, rest.filter)
        const coverers = yield* entries(by)
        for (const catalog of through) yield* entries(catalog)
        return { all, coverers, links: yield* edges(layers, includeSuggested, minConfidence) }
      })
    )
    const targets = all.filter(({ chosen }) => chosen === 1)
    if (all.length > 0 && targets.length === 0) {
      return yield* new ValidationError({
        field: "filter",
        value: rest.filter,
        constraint: `chooses none of the ${all.length} references of ${to}`,
        expected: "a filter that at least one of them fulfils"
      })
    }
    const { linked, reached } = CoveragePaths.find(links, layers.length)

    const excepted = byReference(exceptions, today)
    const references = targets.map((entry): CoveredReference => {
      const { metadata, title, uri } = entry
      const found = reached.get(uri)
      const ways = found?.ways.map(CoveragePaths.toCoveredBy) ?? []
      const best = ways[0]?.extent ?? "uncovered"
      const extent: CoverageState = best === "together" ? "covered" : best
      const isMissing = extent === "uncovered" || (extent === "partly" && !countPartly)
      const { exception, expired = false } = excepted.get(uri) ?? {}
      return {
        uri,
        title,
        ...CoverageRows.textOf(entry),
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
      .map((entry) => {
        const { title, uri } = entry
        const { exception, expired = false } = excepted.get(uri) ?? {}
        return { uri, title, ...CoverageRows.textOf(entry), ...(exception === undefined ? {} : { exception }), expired }
      })
    const known = new Set([...all, ...coverers].map(({ uri }) => uri))
    return new CoverageReport({
      to,
      by,
      through,
      includeSuggested,
      minConfidence,
      countPartly,
      ...(rest.filter === undefined || FilterSql.isOpen(rest.filter) ? {} : { filter: rest.filter }),
      today,
      ...CoverageGroups.countsOf(references, countPartly),
      ...CoverageGroups.groupsOf(references, countPartly),
      references,
      unlinked: loose.filter(({ exception, expired }) => exception === undefined || expired),
      unlinkedExcepted: loose.filter(({ exception, expired }) => exception !== undefined && !expired),
      unknownExceptions: exceptions.filter(({ reference }) => !known.has(reference))
    })
  })

  return { report }
})

/**
 * How well one catalog is covered by another.
 *
 * A reference is covered when a reference of the other catalog `implements` it, is `equal` to it, a `superset` of it or
 * `supersedes` it, or when it is itself `equal` to that one or a `subset` of it. Where a relation says so of several
 * references, they cover it together, and one of them alone covers it in part. `no-relationship` covers nothing; every
 * other relation that was not rejected covers in part. Over a third catalog, a way is as good as its weakest relation, and one with two that cover in part
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
  /** Brings the tables up to date first. */
  static readonly layerNoDeps: Layer.Layer<Coverage, DatabaseError, SqlClient.SqlClient | ReferenceRepository> =
    Layer.effect(this, make).pipe(Layer.provide(Migrations.layer))

  /** On any libSQL `SqlClient`. */
  static readonly layer: Layer.Layer<Coverage, DatabaseError, SqlClient.SqlClient> = this.layerNoDeps.pipe(
    Layer.provide(ReferenceRepository.layer)
  )
}
