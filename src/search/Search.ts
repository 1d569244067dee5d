import { Context, Effect, Layer } from "effect"
import { SqlClient, type SqlError } from "effect/sql"
import type { DatabaseError } from "../domain/DatabaseError.ts"
import type { EmbeddingError } from "../domain/EmbeddingError.ts"
import type { ModelLoadError } from "../domain/ModelLoadError.ts"
import type { ModelMismatchError } from "../domain/ModelMismatchError.ts"
import { ValidationError } from "../domain/ValidationError.ts"
import type { Facets } from "../domain/Facets.ts"
import type { Filter } from "../domain/Filter.ts"
import { Hit } from "../domain/Hit.ts"
import type { Embedder } from "../embedder/Embedder.ts"
import { toDatabaseError } from "../libsql/DatabaseErrors.ts"
import { decodeInput } from "../storage/Decoding.ts"
import { conditions } from "../storage/FilterSql.ts"
import * as KeywordLeg from "../storage/KeywordLeg.ts"
import { offLoop } from "../libsql/LongReads.ts"
import { ReferenceRepository } from "../storage/ReferenceRepository.ts"
import type { VectorIndex } from "../storage/VectorIndex.ts"
import * as FacetCounts from "./FacetCounts.ts"
import * as Fusion from "./Fusion.ts"
import * as Relevance from "./Relevance.ts"
import { SearchOptions } from "./SearchOptions.ts"
import * as SemanticLeg from "./SemanticLeg.ts"

/** What a search found. */
export interface SearchResult {
  /** Best first, then by uri. */
  readonly hits: ReadonlyArray<Hit>
  /**
   * Present where asked for: what was looked through, counted. By keyword the references that have a word of the query,
   * else all that pass the filter.
   */
  readonly facets?: Facets
}

/** How many references each leg hands to a hybrid search, whatever its limit, so that the limit changes no order. */
const depth = 100

/** So many of the keyword leg's scores are at hand for what only the semantic leg found. */
const keywordDepth = 200

/** A way of searching whose parts are all there. */
interface Found {
  readonly ranking: ReadonlyArray<Fusion.Fused>
  readonly evidenceOf: (uri: string) => Relevance.Evidence
}

const make = (semantic: Effect.Success<typeof SemanticLeg.make> | undefined) =>
  Effect.gen(function* () {
    const sql = (yield* SqlClient.SqlClient).withoutTransforms()
    const references = yield* ReferenceRepository
    const keyword = yield* KeywordLeg.make
    const decode = decodeInput(SearchOptions, "options")

    const byKeyword = Effect.fnUntraced(function* (query: string, limit: number, filter: Filter | undefined) {
      const { condition, ideal, matches } = yield* offLoop(keyword.rank(query, limit, filter))
      const scores = new Map(matches.map(({ score, uri }) => [uri, score]))
      const scoreOf = (uri: string) => scores.get(uri) ?? 0
      return {
        ranked: matches.map(({ uri }) => uri),
        scoreOf,
        shareOf: (uri: string) => (ideal === 0 ? 0 : scoreOf(uri) / ideal),
        condition
      }
    })

    const searchKeyword = Effect.fnUntraced(function* (query: string, limit: number, filter: Filter | undefined) {
      const leg = yield* byKeyword(query, limit, filter)
      const found: Found = {
        ranking: Fusion.single("keyword", leg),
        evidenceOf: (uri) => ({ keyword: leg.shareOf(uri) })
      }
      return { ...found, condition: leg.condition }
    })

    const needModel = (leg: typeof semantic) =>
      leg === undefined
        ? Effect.fail(
            new ValidationError({
              field: "mode",
              value: "semantic or hybrid",
              constraint: "needs a model, and this search was made without one (Search.layerKeyword)",
              expected: "keyword, or Search.layer"
            })
          )
        : Effect.succeed(leg)

    const searchSemantic = Effect.fnUntraced(function* (query: string, limit: number, filter: Filter | undefined) {
      const leg = yield* needModel(semantic)
      const neighbours = yield* leg.rank(yield* leg.vectorOf(query, filter), limit, filter)
      const cosines = new Map(neighbours.map(({ cosine, uri }) => [uri, cosine]))
      const found: Found = {
        ranking: Fusion.single("semantic", {
          ranked: neighbours.map(({ uri }) => uri),
          scoreOf: (uri) => cosines.get(uri) ?? 0
        }),
        evidenceOf: (uri) => ({ cosine: cosines.get(uri) })
      }
      return found
    })

    /** Every candidate gets both scores, whichever leg found it. */
    const searchHybrid = Effect.fnUntraced(function* (
      query: string,
      filter: Filter | undefined,
      options: SearchOptions
    ) {
      const leg = yield* needModel(semantic)
      const byMeaning = Effect.flatMap(leg.vectorOf(query, filter), (vector) =>
        Effect.map(leg.rank(vector, depth, filter), (neighbours) => ({ vector, neighbours }))
      )
      // Meaning first: its work is done elsewhere while this thread looks for the words.
      const [{ neighbours, vector }, words] = yield* Effect.all([byMeaning, byKeyword(query, keywordDepth, filter)], {
        concurrency: "unbounded"
      })
      const ranked = words.ranked.slice(0, depth)
      const cosines = new Map(neighbours.map(({ cosine, uri }) => [uri, cosine]))
      const others =
        neighbours.length === 0
          ? []
          : yield* leg.cosinesOf(
              vector,
              ranked.filter((uri) => !cosines.has(uri))
            )
      for (const { cosine, uri } of others) cosines.set(uri, cosine)
      const least = Math.min(...cosines.values())
      const found: Found = {
        ranking: Fusion.fuse(
          {
            keyword: { ranked, scoreOf: words.scoreOf },
            // What has no vector yet is as far as the farthest candidate.
            semantic: { ranked: neighbours.map(({ uri }) => uri), scoreOf: (uri) => cosines.get(uri) ?? least }
          },
          { method: options.fusion ?? "convex", semanticWeight: options.semanticWeight ?? 0.75 }
        ),
        evidenceOf: (uri) => ({ cosine: cosines.get(uri), keyword: words.shareOf(uri) })
      }
      return found
    })

    const search = Effect.fn("Search.search")(
      function* (query: string, given?: SearchOptions) {
        const options = yield* decode(given ?? {})
        if (query.trim() === "") {
          return yield* new ValidationError({
            field: "query",
            value: query,
            constraint: "is blank",
            expected: "text with at least one word"
          })
        }
        const { filter, limit = 10, mode = "hybrid" } = options
        const found: Found & { readonly condition?: KeywordLeg.KeywordRanking["condition"] } =
          mode === "keyword"
            ? yield* searchKeyword(query, limit, filter)
            : mode === "semantic"
              ? yield* searchSemantic(query, limit, filter)
              : yield* searchHybrid(query, filter, options)
        const least = Math.max(options.minRelevance ?? 0, options.onlyRelevant === true ? Relevance.threshold : 0)
        const best = found.ranking
          .map((fused) => ({ ...fused, relevance: Relevance.relevance(found.evidenceOf(fused.uri)) }))
          .filter(({ relevance }) => relevance >= least)
          .slice(0, limit)
        const byUri = yield* references.findMany(best.map(({ uri }) => uri))
        const hits = best.flatMap(({ explanation, relevance, score, uri }) => {
          const reference = byUri.get(uri)
          return reference === undefined ? [] : [new Hit({ reference, score, relevance, explanation })]
        })
        if (options.facets !== true) return { hits } satisfies SearchResult
        const passes = conditions(sql, filter)
        const facets = yield* FacetCounts.count(
          sql,
          found.condition === undefined ? passes : sql`${passes} AND ${found.condition}`
        )
        return { hits, facets } satisfies SearchResult
      },
      Effect.catchTag("SqlError", (error: SqlError.SqlError) => Effect.fail(toDatabaseError("Search.search")(error)))
    )

    return { search }
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
    readonly search: (
      query: string,
      options?: SearchOptions
    ) => Effect.Effect<
      SearchResult,
      ValidationError | DatabaseError | ModelMismatchError | EmbeddingError | ModelLoadError
    >
  }
>()("crosswalk/Search") {
  /** All modes, with the embedder and the vector index in use. The model is loaded by the first query that needs it. */
  static readonly layer: Layer.Layer<Search, DatabaseError, SqlClient.SqlClient | Embedder | VectorIndex> =
    Layer.effect(this, Effect.flatMap(SemanticLeg.make, make)).pipe(Layer.provide(ReferenceRepository.layer))

  /** Only the mode `keyword`, without an embedder; the others fail with a ValidationError that names `mode`. */
  static readonly layerKeyword: Layer.Layer<Search, DatabaseError, SqlClient.SqlClient> = Layer.effect(
    this,
    make(undefined)
  ).pipe(Layer.provide(ReferenceRepository.layer))
}
