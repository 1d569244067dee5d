import { Context, Effect, Layer, Metric } from "effect"
import { SqlClient, Statement } from "effect/sql"
import type { DatabaseError } from "../domain/DatabaseError.ts"
import type { EmbeddingError } from "../domain/EmbeddingError.ts"
import { Explanation } from "../domain/Explanation.ts"
import { Hit } from "../domain/Hit.ts"
import * as Metrics from "../domain/Metrics.ts"
import type { ModelLoadError } from "../domain/ModelLoadError.ts"
import type { ModelMismatchError } from "../domain/ModelMismatchError.ts"
import { QueryText } from "../domain/QueryText.ts"
import { SearchResult } from "../domain/SearchResult.ts"
import type { ValidationError } from "../domain/ValidationError.ts"
import { Embedder } from "../embedder/Embedder.ts"
import * as FacetCounts from "../storage/FacetCounts.ts"
import { conditions, isOpen } from "../storage/FilterSql.ts"
import * as SemanticLeg from "../storage/legs/SemanticLeg.ts"
import * as Migrations from "../storage/Migrations.ts"
import { operation, optional } from "../storage/Operation.ts"
import { ReferenceRepository } from "../storage/ReferenceRepository.ts"
import type { VectorIndex } from "../storage/VectorIndex.ts"
import * as ModelPatience from "./ModelPatience.ts"
import * as Relevance from "./Relevance.ts"
import { SearchOptions } from "./SearchOptions.ts"
import * as SearchRanking from "./SearchRanking.ts"

/** Why a search can fail. */
export type SearchError = ValidationError | DatabaseError | ModelMismatchError | EmbeddingError | ModelLoadError

const make = Effect.fnUntraced(function* (semantic: SemanticLeg.SemanticLeg | undefined) {
  const sql = (yield* SqlClient.SqlClient).withoutTransforms()
  const references = yield* ReferenceRepository
  const rank = yield* SearchRanking.make(semantic)

  const search = operation("Search.search", { query: QueryText, options: optional(SearchOptions) })(function* ({
    options = {},
    query
  }) {
    const { facets, filter, limit = 10, minRelevance = 0, mode = "hybrid", onlyRelevant = false } = options
    yield* Effect.annotateCurrentSpan({
      mode,
      limit,
      ...(filter?.catalog !== undefined && { catalog: filter.catalog }),
      ...(semantic !== undefined && mode !== "keyword" && { model: semantic.model.id })
    })
    const {
      added = [],
      comparedBy,
      condition,
      degraded,
      evidenceOf,
      ranking,
      unsearched
    } = yield* rank(query, limit, options)
    const found = ranking.map((fused) => ({ ...fused, relevance: Relevance.relevance(evidenceOf(fused.uri)) }))
    const ofAnswers = onlyRelevant ? Relevance.leastOf(found.map(({ relevance }) => relevance)) : 0
    const least = Math.max(minRelevance, ofAnswers)
    const best = found.filter(({ relevance }) => relevance >= least).slice(0, limit)
    const byUri = yield* references.findMany(best.map(({ uri }) => uri))
    const hits = best.flatMap(({ explanation, relevance, score, uri }) => {
      const reference = byUri.get(uri)
      if (reference === undefined) return []
      const whole = added.length === 0 ? explanation : { ...explanation, added }
      return [new Hit({ reference, score, relevance, explanation: new Explanation(whole) })]
    })
    yield* Effect.annotateCurrentSpan({
      hits: hits.length,
      unsearched,
      ...(degraded !== undefined && { degraded: degraded.reason })
    })
    yield* Metric.update(Metrics.searchHits, hits.length)
    if (mode !== "keyword" && degraded === undefined) yield* Metric.update(Metrics.unsearched, unsearched)
    const result = {
      hits,
      unsearched,
      ...(comparedBy !== undefined && { comparedBy }),
      ...(degraded !== undefined && { degraded })
    }
    if (facets !== true) return new SearchResult(result)
    const parts = [
      ...(isOpen(filter) ? [] : [conditions(sql, filter)]),
      ...(condition === undefined ? [] : [condition()])
    ]
    const counted = yield* FacetCounts.count(sql, parts.length === 0 ? undefined : Statement.and(parts))
    return new SearchResult({ ...result, facets: counted })
  })

  return Search.of({
    search: (...given) =>
      search(...given).pipe(Effect.trackDuration(Metric.withAttributes(Metrics.searchDuration, { leg: "all" })))
  })
})

/**
 * Finds references by meaning, by words, or by both together, and explains every score.
 *
 * @example
 * import { Effect } from "effect"
 * import { Search } from "crosswalk"
 *
 * const program = Effect.gen(function*() {
 *   const { search } = yield* Search
 *   const { hits } = yield* search("keep credentials safe from brute force", {
 *     limit: 5,
 *     filter: { catalog: "asvs@5.0.0", metadata: [{ path: "level", operator: "<=", value: 2 }] },
 *     onlyRelevant: true
 *   })
 *   return hits.map(({ reference, score, relevance }) => `${reference.uri} ${score} ${relevance}`)
 * })
 */
export class Search extends Context.Service<
  Search,
  {
    /** Any text that is not blank is a query. */
    readonly search: (query: string, options?: SearchOptions) => Effect.Effect<SearchResult, SearchError>
  }
>()("crosswalk/Search") {
  /** Brings the tables up to date first. */
  static readonly layerNoDeps: Layer.Layer<
    Search,
    DatabaseError,
    SqlClient.SqlClient | Embedder | VectorIndex | ReferenceRepository
  > = Layer.effect(
    this,
    Effect.flatMap(Effect.provideServiceEffect(SemanticLeg.make, Embedder, ModelPatience.embedder), make)
  ).pipe(Layer.provide(Migrations.layer))

  /** All modes, with the embedder and the vector index in use. The model is loaded by the first query that needs it. */
  static readonly layer: Layer.Layer<Search, DatabaseError, SqlClient.SqlClient | Embedder | VectorIndex> =
    this.layerNoDeps.pipe(Layer.provide(ReferenceRepository.layer))

  /** {@link layerKeyword} with the repository in use. */
  static readonly layerKeywordNoDeps: Layer.Layer<Search, DatabaseError, SqlClient.SqlClient | ReferenceRepository> =
    Layer.effect(this, make(undefined)).pipe(Layer.provide(Migrations.layer))

  /** Only the mode `keyword`, without an embedder; the others fail with a ValidationError that names `mode`. */
  static readonly layerKeyword: Layer.Layer<Search, DatabaseError, SqlClient.SqlClient> = this.layerKeywordNoDeps.pipe(
    Layer.provide(ReferenceRepository.layer)
  )
}
