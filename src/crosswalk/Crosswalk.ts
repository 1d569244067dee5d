import { Context, Effect, Layer } from "effect"
import type { SqlClient } from "effect/sql"
import type { DatabaseError } from "../domain/DatabaseError.ts"
import type { EmbeddingError } from "../domain/EmbeddingError.ts"
import type { ModelLoadError } from "../domain/ModelLoadError.ts"
import type { ModelMismatchError } from "../domain/ModelMismatchError.ts"
import type { NotFoundError } from "../domain/NotFoundError.ts"
import { ValidationError } from "../domain/ValidationError.ts"
import { CalibrationSet, ReferenceSuggestions, Suggestion, Suggestions, SuggestOptions } from "../domain/Suggestion.ts"
import type { Embedder } from "../embedder/Embedder.ts"
import { toDatabaseError } from "../libsql/DatabaseErrors.ts"
import { decodeInput } from "../storage/Decoding.ts"
import type { EmbeddingRepository } from "../storage/EmbeddingRepository.ts"
import { ReferenceRepository } from "../storage/ReferenceRepository.ts"
import { RelationRepository } from "../storage/RelationRepository.ts"
import { circumstancesOf, judge, noneThreshold, sampleOf, weightsOf } from "./Calibration.ts"
import { calibrationAsvs as calibration } from "./CalibrationAsvs.ts"
import * as Candidates from "./Candidates.ts"
import * as CatalogContent from "./CatalogContent.ts"
import { Review } from "./Review.ts"
import * as Similarity from "./Similarity.ts"

/** How far a suggestion has come, in references. */
export interface SuggestProgress {
  readonly done: number
  readonly total: number
}

/** Whom suggest tells. */
export interface SuggestHooks {
  /** Called after every 100 references. */
  readonly onProgress?: ((progress: SuggestProgress) => Effect.Effect<void>) | undefined
}

type SuggestError =
  | ValidationError
  | NotFoundError
  | ModelMismatchError
  | EmbeddingError
  | ModelLoadError
  | DatabaseError

/** So many of the most similar targets are judged at least: the most similar is not always the most probable. */
const leastCandidates = 5

const round = (value: number) => Math.round(value * 1e4) / 1e4

const make = Effect.gen(function* () {
  const relations = yield* RelationRepository
  const content = yield* CatalogContent.make
  const decode = decodeInput(SuggestOptions, "suggest")

  const suggest = Effect.fn("Crosswalk.suggest")(
    function* (input: SuggestOptions, hooks?: SuggestHooks) {
      const { from, limit = 5, method = "hybrid", minConfidence = 0, store = true, to, type } = yield* decode(input)
      const { only, scope } = yield* content.scopeOf(from)
      yield* content.requireCatalog(to)
      if ("catalog" in scope && scope.catalog === to) {
        return yield* new ValidationError({
          field: "to",
          value: to,
          constraint: "is the catalog that from is in",
          expected: "another catalog; to find what is near in the same one, search for similar references"
        })
      }
      const withVectors = method !== "keyword"
      const sources = yield* content.read(scope, withVectors)
      const targets = yield* content.read({ catalog: to }, withVectors)
      const place = sources.references.findIndex(({ uri }) => uri === only)
      const similarity = yield* Similarity.make(sources, targets, weightsOf[method])
      const total = only === undefined ? sources.references.length : 1
      const found = yield* Candidates.find(similarity, {
        from: sources.references.length,
        to: targets.references.length,
        limit: Math.max(limit, leastCandidates),
        sources: only === undefined ? undefined : [place],
        onProgress:
          hooks?.onProgress === undefined ? undefined : (done) => hooks.onProgress?.({ done, total }) ?? Effect.void
      })

      const fitted = calibration.methods[method]
      const sample = sampleOf(sources.references.length)
      const nearness =
        only === undefined ? sample.flatMap((place) => found[place] ?? []) : yield* Candidates.near(similarity, sample)
      const circumstances = circumstancesOf(fitted, nearness)

      const references: Array<ReferenceSuggestions> = []
      for (const one of found) {
        const source = sources.references[one.source]
        if (source === undefined) continue
        const { noCounterpart, ranked } = judge(fitted, one, circumstances)
        references.push(
          new ReferenceSuggestions({
            source,
            noCounterpart: round(noCounterpart),
            hasCounterpart: noCounterpart < noneThreshold,
            suggestions: ranked.slice(0, limit).flatMap(({ candidate, confidence }) => {
              const target = targets.references[candidate.target]
              if (target === undefined || confidence < minConfidence) return []
              const { competition, margin, meaning, similarity, trigrams, words } = candidate
              return new Suggestion({
                target,
                confidence: round(confidence),
                scores: {
                  similarity: round(similarity),
                  meaning: round(meaning),
                  words: round(words),
                  trigrams: round(trigrams),
                  margin: round(margin),
                  competition: round(competition)
                }
              })
            })
          })
        )
        if (references.length % 200 === 0) yield* Effect.yieldNow
      }

      const model = withVectors ? { model: calibration.model } : {}
      const result = {
        from,
        to,
        method,
        references,
        calibration: new CalibrationSet({
          name: calibration.set,
          ...model,
          matches: !withVectors || content.model.fingerprint === calibration.model
        })
      }
      if (!store) return new Suggestions(result)
      const replaced = yield* relations.replaceSuggestions(
        only === undefined ? { from, to } : { source: only, to },
        references.flatMap(({ noCounterpart, source, suggestions }) =>
          suggestions.map(({ confidence, scores, target }) => ({
            source: source.uri,
            target: target.uri,
            type,
            confidence,
            status: "suggested" as const,
            provenance: {
              method: `suggest:${method}`,
              ...(withVectors ? { model: content.model.fingerprint } : {}),
              scores: { ...scores, noCounterpart },
              calibration: calibration.set
            }
          }))
        )
      )
      return new Suggestions({ ...result, stored: replaced })
    },
    Effect.catchTag("SqlError", (error) => Effect.fail(toDatabaseError("Crosswalk.suggest")(error)))
  )

  return { suggest, review: yield* Review }
})

/**
 * Proposes which reference of one catalog answers which of another, and takes what a person says about it.
 *
 * @example
 * import { Effect } from "effect"
 * import { Crosswalk } from "crosswalk"
 *
 * const program = Effect.gen(function*() {
 *   const crosswalk = yield* Crosswalk
 *   const { references } = yield* crosswalk.suggest({ from: "company", to: "asvs@5.0.0" })
 *   return references.map(({ source, suggestions }) => [source.uri, suggestions[0]?.target.uri])
 * })
 */
export class Crosswalk extends Context.Service<
  Crosswalk,
  {
    /**
     * Ranks the targets for each reference by a calibrated probability, and says where there probably is none. The
     * suggestions are stored as relations with the status `suggested`, in one transaction, in the place of the earlier ones
     * between the two; what a person accepted or rejected stays, and is not suggested again.
     *
     * Both catalogs are embedded first where they are not. Fails with NotFoundError where a catalog is unknown, with
     * ValidationError where it is empty or both are the same, and with ModelMismatchError where vectors are of another model.
     */
    readonly suggest: (options: SuggestOptions, hooks?: SuggestHooks) => Effect.Effect<Suggestions, SuggestError>
    /** The same as the service {@link Review}. */
    readonly review: Review["Service"]
  }
>()("crosswalk/Crosswalk") {
  /** On any libSQL `SqlClient`, with the embedder in use. */
  static readonly layer: Layer.Layer<Crosswalk, DatabaseError, SqlClient.SqlClient | Embedder | EmbeddingRepository> =
    Layer.effect(this, make).pipe(
      Layer.provide(Layer.mergeAll(ReferenceRepository.layer, RelationRepository.layer, Review.layer))
    )
}
