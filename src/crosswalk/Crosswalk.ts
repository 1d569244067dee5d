import { Context, Effect, Layer, Stream } from "effect"
import { SqlClient } from "effect/sql"
import { tell } from "../domain/Callback.ts"
import type { ConflictError } from "../domain/ConflictError.ts"
import type { DatabaseError } from "../domain/DatabaseError.ts"
import type { EmbeddingError } from "../domain/EmbeddingError.ts"
import type { ModelLoadError } from "../domain/ModelLoadError.ts"
import type { ModelMismatchError } from "../domain/ModelMismatchError.ts"
import type { NotFoundError } from "../domain/NotFoundError.ts"
import type { PairCalibration } from "../domain/PairCalibration.ts"
import { provenanceOf } from "../domain/Proposal.ts"
import { CalibrationSet, type HintQuality, type ReferenceSuggestions, Suggestions } from "../domain/Suggestion.ts"
import { SuggestHooks } from "../domain/SuggestHooks.ts"
import { type SuggestMethod, SuggestOptions } from "../domain/SuggestOptions.ts"
import { ValidationError } from "../domain/ValidationError.ts"
import type { Embedder } from "../embedder/Embedder.ts"
import { EmbeddingRepository } from "../storage/EmbeddingRepository.ts"
import * as Migrations from "../storage/Migrations.ts"
import * as Once from "../storage/Once.ts"
import { operation, optional } from "../storage/Operation.ts"
import { ReferenceRepository } from "../storage/ReferenceRepository.ts"
import { RelationRepository } from "../storage/RelationRepository.ts"
import * as Snapshot from "../storage/Snapshot.ts"
import type { VectorIndex } from "../storage/VectorIndex.ts"
import { circumstancesOf, sampleOf, weightsOf } from "./Calibration.ts"
import { calibrationAsvs as calibration } from "./CalibrationAsvs.ts"
import * as Candidates from "./Candidates.ts"
import * as CatalogContent from "./CatalogContent.ts"
import * as Judgement from "./Judgement.ts"
import * as Learning from "./Learning.ts"
import * as NoCounterpart from "./NoCounterpart.ts"
import { lowerBound } from "./Precision.ts"
import * as Similarity from "./Similarity.ts"

/** Why nothing can be suggested. */
export type SuggestError =
  | ConflictError
  | ValidationError
  | NotFoundError
  | ModelMismatchError
  | EmbeddingError
  | ModelLoadError
  | DatabaseError

/** So many of the most similar targets are judged at least: the most similar is not always the most probable. */
const leastCandidates = 5

/** Suggestions as relations that can be stored. */
const toRelations = (
  references: ReadonlyArray<ReferenceSuggestions>,
  {
    decisions,
    method,
    model,
    type
  }: Pick<SuggestOptions, "type"> & {
    readonly method: SuggestMethod
    readonly model: string | undefined
    /** How many decisions the confidences rest on; absent where there are too few. */
    readonly decisions: number | undefined
  }
) =>
  references.flatMap(({ noCounterpart, source, suggestions }) =>
    suggestions.map(({ confidence, scores, target, uncalibrated }, i) => ({
      sources: [source.uri] as const,
      targets: [target.uri],
      type,
      confidence,
      status: "suggested" as const,
      provenance: provenanceOf(
        { method, model, set: calibration.set, probability: uncalibrated, rank: i + 1, noCounterpart, decisions },
        scores
      )
    }))
  )

/** The 95 % interval of a share that was seen in a sample. */
const interval = (right: number, total: number) =>
  total === 0 ? undefined : { least: lowerBound(right, total), greatest: 1 - lowerBound(total - right, total) }

/** How good the hint was in a sample where that tells enough, else on the development pairs. */
const hintOf = (pair: PairCalibration | undefined): HintQuality => {
  if (pair === undefined || pair.none.references < pair.needed) return { basis: "development", ...calibration.hint }
  const { hinted, right, without } = pair.none
  const precision = interval(right, hinted)
  const recall = interval(right, without)
  return { basis: "sample", ...(precision !== undefined && { precision }), ...(recall !== undefined && { recall }) }
}

/** What confidences rest on. */
const calibrationSet = (pair: PairCalibration | undefined, withVectors: boolean, fingerprint: string) =>
  new CalibrationSet({
    basis: pair?.isCalibrated === true ? "sample" : "order",
    ...(pair !== undefined && { pair }),
    hint: hintOf(pair),
    name: calibration.set,
    ...(withVectors && { model: calibration.model }),
    matches: !withVectors || fingerprint === calibration.model
  })

const make = Effect.gen(function* () {
  const sql = (yield* SqlClient.SqlClient).withoutTransforms()
  const once = yield* Once.make
  const learning = yield* Learning.make
  const catalogs = yield* ReferenceRepository
  const relations = yield* RelationRepository
  const content = yield* CatalogContent.make
  const snapshot = yield* Snapshot.make

  /** The URIs of the references that are to be answered; nothing where all of them are. */
  const passingOf = Effect.fnUntraced(function* ({ filter, from }: Pick<SuggestOptions, "filter" | "from">) {
    if (filter === undefined || from === undefined) return undefined
    const found = yield* Stream.runCollect(catalogs.findAll({ ...filter, catalog: from, role: "requirement" }))
    if (found.length > 0) return new Set(found.map(({ uri }) => uri))
    return yield* new ValidationError({
      field: "filter",
      value: filter,
      constraint: `lets no requirement of ${from} pass`,
      expected: "a filter that at least one of them fulfils"
    })
  })

  const suggest = operation("Crosswalk.suggest", { options: SuggestOptions, hooks: optional(SuggestHooks) })(
    function* ({ hooks, options }) {
      const {
        filter,
        from,
        limit = 5,
        method = "hybrid",
        minConfidence = 0,
        source: only,
        store = true,
        to,
        type
      } = options
      const asked = { ...(from !== undefined && { from }), ...(only !== undefined && { source: only }) }
      const scoped = { ...asked, ...(filter !== undefined && { filter }), to }
      const withVectors = method !== "keyword"
      yield* Effect.annotateCurrentSpan({
        ...asked,
        to,
        method,
        limit,
        ...(withVectors && { model: content.model.id })
      })
      if (from !== undefined) yield* catalogs.requireCatalog(from)
      const scope = only === undefined ? { catalog: from ?? "" } : yield* content.scopeOf(only)
      yield* catalogs.requireCatalog(to)
      if ("catalog" in scope && scope.catalog === to) {
        return yield* new ValidationError({
          field: "to",
          value: to,
          constraint: "is the catalog of what is to be answered",
          expected: "another catalog; to find what is near in the same one, search for similar references"
        })
      }
      if (withVectors) for (const one of [scope, { catalog: to }]) yield* content.prepare(one)
      const [sources, targets, passing] = yield* snapshot.read(
        Effect.all([content.read(scope, withVectors), content.read({ catalog: to }, withVectors), passingOf(scoped)])
      )
      const place = sources.references.findIndex(({ uri }) => uri === only)
      const similarity = yield* Similarity.make(sources, targets, weightsOf[method])
      const total = only === undefined ? sources.references.length : 1
      const found = yield* Candidates.find(similarity, {
        from: sources.references.length,
        to: targets.references.length,
        limit: Math.max(limit, leastCandidates),
        sources: only === undefined ? undefined : [place],
        onProgress: (done) => tell(hooks?.onProgress, { done, total })
      })

      const fitted = calibration.methods[method]
      const sample = sampleOf(sources.references.length)
      const nearness =
        only === undefined ? sample.flatMap((place) => found[place] ?? []) : yield* Candidates.near(similarity, sample)
      const circumstances = circumstancesOf(fitted, nearness)
      const model = withVectors ? content.model.fingerprint : undefined
      const basis = { method, model, set: calibration.set }
      const pair = "catalog" in scope ? { from: scope.catalog, to } : undefined
      const answered = found.filter(({ source }) => passing?.has(sources.references[source]?.uri ?? "") ?? true)
      const judged = Effect.gen(function* () {
        const learnt = pair === undefined ? undefined : yield* learning.of(pair, basis)
        const references = yield* Judgement.suggestions(
          answered,
          { sources, targets },
          { fitted, circumstances, learnt },
          { limit, minConfidence },
          yield* NoCounterpart.read(pair?.from, to).pipe(Effect.provideService(RelationRepository, relations))
        )
        const learntOfPair =
          learnt === undefined || pair === undefined ? undefined : learning.calibrationOf(pair, basis, learnt)
        return {
          ...asked,
          to,
          method,
          references,
          calibration: calibrationSet(learntOfPair, withVectors, content.model.fingerprint)
        }
      })
      const result = yield* store
        ? // What was learnt is written with what follows from it: a decision of another process comes before or after both.
          once(
            Effect.gen(function* () {
              // Takes the lock: what begins with reading would fail where another process writes before this does.
              yield* sql`DELETE FROM crosswalk_relation WHERE false`
              const result = yield* judged
              const { pair } = result.calibration
              const decisions = pair?.isCalibrated === true ? pair.decisions : undefined
              const found = toRelations(result.references, { method, model, type, decisions })
              return { ...result, stored: yield* relations.replaceSuggestions(scoped, found) }
            })
          )
        : judged
      yield* Effect.annotateCurrentSpan({
        references: result.references.length,
        suggestions: result.references.reduce((sum, { suggestions }) => sum + suggestions.length, 0)
      })
      return new Suggestions(result)
    }
  )

  return Crosswalk.of({ suggest })
})

/**
 * Proposes which reference of one catalog answers which of another. What a person says about it, `Review` takes.
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
     * Ranks the targets for each reference by a confidence, and hints where there may be none. What confidences rest on is in
     * `calibration`: an order, until a sample between the two catalogs was reviewed (`Review.sample`). The
     * suggestions are stored as relations with the status `suggested`, in one transaction, in the place of the earlier ones
     * between the two; what a person accepted or rejected stays, and is not suggested again. For what was accepted to have no
     * counterpart nothing is suggested.
     *
     * Both catalogs are embedded first where they are not. Fails with NotFoundError where a catalog has no references or the
     * source is not stored, with ValidationError where both catalogs are the same, and with ModelMismatchError where vectors
     * are of another model.
     */
    readonly suggest: (options: SuggestOptions, hooks?: SuggestHooks) => Effect.Effect<Suggestions, SuggestError>
  }
>()("crosswalk/Crosswalk") {
  /** Brings the tables up to date first. */
  static readonly layerNoDeps: Layer.Layer<
    Crosswalk,
    DatabaseError,
    SqlClient.SqlClient | Embedder | EmbeddingRepository | ReferenceRepository | RelationRepository
  > = Layer.effect(this, make).pipe(Layer.provide(Migrations.layer))

  /** On any libSQL `SqlClient`, with the embedder and the vector index in use. */
  static readonly layer: Layer.Layer<Crosswalk, DatabaseError, SqlClient.SqlClient | Embedder | VectorIndex> =
    this.layerNoDeps.pipe(
      Layer.provide(Layer.mergeAll(EmbeddingRepository.layer, ReferenceRepository.layer, RelationRepository.layer))
    )
}
