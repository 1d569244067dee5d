import { Effect, Metric } from "effect"
import { SqlClient, type Statement } from "effect/sql"
import { Degraded } from "../domain/Degraded.ts"
import type { EmbeddingError } from "../domain/EmbeddingError.ts"
import type { ComparedBy } from "../domain/ComparedBy.ts"
import type { Filter } from "../domain/Filter.ts"
import * as Metrics from "../domain/Metrics.ts"
import type { ModelLoadError } from "../domain/ModelLoadError.ts"
import { ValidationError } from "../domain/ValidationError.ts"
import { offLoop } from "../libsql/LongReads.ts"
import * as Abbreviations from "../storage/Abbreviations.ts"
import * as IdentifierLeg from "../storage/legs/IdentifierLeg.ts"
import * as KeywordLeg from "../storage/legs/KeywordLeg.ts"
import type { SemanticLeg } from "../storage/legs/SemanticLeg.ts"
import * as MissingVectors from "../storage/MissingVectors.ts"
import { KnownKeys } from "../storage/ReferenceKeys.ts"
import * as Fusion from "./Fusion.ts"
import * as Relevance from "./Relevance.ts"
import type { SearchOptions } from "./SearchOptions.ts"

/** What a way of searching found. */
export interface SearchRanking {
  /** Best first. */
  readonly ranking: ReadonlyArray<Fusion.Fused>
  readonly evidenceOf: (uri: string) => Relevance.Evidence
  /** Whether `crosswalk_reference AS r` was looked through; undefined where every one was that passes the filter. */
  readonly condition?: (() => Statement.Fragment) | undefined
  /** How many references that pass the filter have no vector to compare. */
  readonly unsearched: number
  /** What the meaning was compared with. */
  readonly comparedBy?: ComparedBy
  /** What abbreviations, or what they stand for, added to the query. */
  readonly added?: ReadonlyArray<string>
  /** Why meaning was not compared, where it was asked for. */
  readonly degraded?: Degraded
}

/** How many references each leg hands to a hybrid search, whatever its limit, so that the limit changes no order. */
const depth = 100

/** So many of the keyword leg's scores are at hand for what only the semantic leg found. */
const keywordDepth = 200

/** Ranks references in each of the modes; without the semantic leg, by keyword only. */
export const make = Effect.fnUntraced(function* (semantic: SemanticLeg | undefined) {
  const keyword = yield* KeywordLeg.make
  const identifiers = yield* IdentifierLeg.make
  const sql = (yield* SqlClient.SqlClient).withoutTransforms()
  const abbreviations = yield* Abbreviations.make
  const missing = yield* MissingVectors.make(sql)

  const byKeyword = Effect.fnUntraced(function* (query: string, limit: number, filter: Filter | undefined) {
    const { condition, ideal, matches } = yield* offLoop(keyword.rank(query, limit, filter)).pipe(
      Effect.trackDuration(Metric.withAttributes(Metrics.searchDuration, { leg: "keyword" }))
    )
    const scores = new Map(matches.map(({ score, uri }) => [uri, score]))
    const scoreOf = (uri: string) => scores.get(uri) ?? 0
    const ids = new Map(matches.map(({ id, uri }) => [uri, id]))
    return {
      ranked: matches.map(({ uri }) => uri),
      idOf: (uri: string) => ids.get(uri),
      scoreOf,
      shareOf: (uri: string) => (ideal === 0 ? 0 : scoreOf(uri) / ideal),
      condition
    }
  })

  const ofKeyword = Effect.fnUntraced(function* (query: string, limit: number, filter: Filter | undefined) {
    const leg = yield* byKeyword(query, limit, filter)
    return {
      ranking: Fusion.single("keyword", leg),
      evidenceOf: (uri) => ({ keyword: leg.shareOf(uri) }),
      condition: leg.condition,
      unsearched: 0
    } satisfies SearchRanking
  })

  const needModel = Effect.suspend(() =>
    semantic === undefined
      ? Effect.fail(
          new ValidationError({
            field: "mode",
            value: "semantic or hybrid",
            constraint: "needs a model, and this search was made without one (Search.layerKeyword)",
            expected: "keyword, or Search.layer"
          })
        )
      : Effect.succeed(semantic)
  )

  const ofMeaning = Effect.fnUntraced(function* (query: string, limit: number, filter: Filter | undefined) {
    const leg = yield* needModel
    const { comparedBy, neighbours } = yield* leg.rank(yield* leg.vectorOfQuery(query, filter), limit, filter)
    const cosines = new Map(neighbours.map(({ cosine, uri }) => [uri, cosine]))
    return {
      ranking: Fusion.single("semantic", {
        ranked: neighbours.map(({ uri }) => uri),
        scoreOf: (uri) => cosines.get(uri) ?? 0
      }),
      evidenceOf: (uri) => ({ cosine: cosines.get(uri) }),
      unsearched: yield* missing.count(leg.model.fingerprint, filter),
      comparedBy
    } satisfies SearchRanking
  })

  /** Every candidate gets both scores, whichever leg found it. */
  const ofBoth = Effect.fnUntraced(function* (
    query: string,
    filter: Filter | undefined,
    { fusion = "convex", semanticWeight = 0.75 }: SearchOptions
  ) {
    const leg = yield* needModel
    const byMeaning = Effect.flatMap(leg.vectorOfQuery(query, filter), (vector) =>
      Effect.map(leg.rank(vector, depth, filter), (nearest) => ({ ...nearest, vector }))
    ).pipe(Effect.provideService(KnownKeys, { uriOf: keyword.uriOf, idOf: () => undefined }))
    // Meaning first: its work is done elsewhere while this thread looks for the words.
    const [{ comparedBy, neighbours, vector }, words, unsearched] = yield* Effect.all(
      [byMeaning, byKeyword(query, keywordDepth, filter), missing.count(leg.model.fingerprint, filter)],
      { concurrency: "unbounded" }
    )
    const ranked = words.ranked.slice(0, depth)
    const cosines = new Map(neighbours.map(({ cosine, uri }) => [uri, cosine]))
    const others =
      neighbours.length === 0
        ? []
        : yield* leg
            .cosinesOf(
              vector,
              ranked.filter((uri) => !cosines.has(uri))
            )
            .pipe(Effect.provideService(KnownKeys, { uriOf: keyword.uriOf, idOf: words.idOf }))
    for (const { cosine, uri } of others) cosines.set(uri, cosine)
    return {
      ranking: Fusion.fuse(
        {
          keyword: { ranked, scoreOf: words.scoreOf },
          // What has no vector yet is as near as its words let expect.
          semantic: {
            ranked: neighbours.map(({ uri }) => uri),
            scoreOf: (uri) => cosines.get(uri) ?? Relevance.cosineOf(words.shareOf(uri)),
            isKnown: (uri) => cosines.has(uri)
          }
        },
        { method: fusion, semanticWeight }
      ),
      evidenceOf: (uri) => ({ cosine: cosines.get(uri), keyword: words.shareOf(uri) }),
      unsearched,
      comparedBy
    } satisfies SearchRanking
  })

  /** By both, or by keyword where the model fails. */
  const ofBothOrKeyword = (query: string, limit: number, options: SearchOptions) => {
    const { degrade = true, filter } = options
    const found: Effect.Effect<SearchRanking, Effect.Error<ReturnType<typeof ofBoth>>> = ofBoth(query, filter, options)
    const byKeyword = (error: EmbeddingError | ModelLoadError) =>
      Effect.gen(function* () {
        yield* Metric.update(Metric.withAttributes(Metrics.degraded, { reason: error.reason }), 1)
        return { ...(yield* ofKeyword(query, limit, filter)), degraded: Degraded.of(error) }
      })
    return degrade ? Effect.catchTags(found, { EmbeddingError: byKeyword, ModelLoadError: byKeyword }) : found
  }

  /** What a query calls by its identifier comes first, whatever else was found. */
  const withNamed = (found: SearchRanking, named: IdentifierLeg.Named): SearchRanking => {
    const { condition } = found
    const uris = new Set(named.uris)
    return {
      ...found,
      ranking: Fusion.putFirst(found.ranking, named),
      evidenceOf: (uri) => (uris.has(uri) ? { isNamed: true } : found.evidenceOf(uri)),
      condition: condition && (() => sql`(${condition()} OR ${named.condition()})`)
    }
  }

  /** The best by the mode of the options, at least as many as the limit where there are as many. */
  return Effect.fnUntraced(function* (query: string, limit: number, options: SearchOptions) {
    const { filter, mode = "hybrid" } = options
    const named = yield* offLoop(identifiers.rank(query, limit, filter))
    const isNamed = named.uris.length > 0
    const added = isNamed ? [] : yield* abbreviations.missing(query, filter)
    const asked = [query, ...added].join(" ")
    const byWords = isNamed ? Math.max(limit, keywordDepth) : limit
    const found: SearchRanking =
      mode === "keyword"
        ? yield* ofKeyword(asked, byWords, filter)
        : mode === "semantic"
          ? yield* ofMeaning(asked, limit, filter)
          : yield* ofBothOrKeyword(asked, byWords, options)
    return mode === "semantic" || !isNamed ? { ...found, added } : withNamed(found, named)
  })
})
