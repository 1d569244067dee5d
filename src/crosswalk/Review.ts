import { Context, Effect, Layer, type Option, type Stream } from "effect"
import type { SqlClient } from "effect/sql"
import type { CalibrationFilter } from "../domain/CalibrationFilter.ts"
import type { DatabaseError } from "../domain/DatabaseError.ts"
import type { Decision } from "../domain/Decision.ts"
import type { LogOptions } from "../domain/LogOptions.ts"
import type { NotFoundError } from "../domain/NotFoundError.ts"
import type { PairCalibration } from "../domain/PairCalibration.ts"
import type { RelationType } from "../domain/Relation.ts"
import type { RelationEnds } from "../domain/RelationEnds.ts"
import type { Reviewer } from "../domain/Reviewer.ts"
import type { ReviewFilter } from "../domain/ReviewFilter.ts"
import type { ReviewItem } from "../domain/ReviewItem.ts"
import type { ReviewOutcome, ReviewPreview } from "../domain/ReviewOutcome.ts"
import type { ReviewPage, ReviewPageOptions } from "../domain/ReviewPage.ts"
import type { SampleOptions } from "../domain/SampleOptions.ts"
import type { UndoOptions } from "../domain/UndoOptions.ts"
import type { ValidationError } from "../domain/ValidationError.ts"
import type { Verdict, VerdictForAll } from "../domain/Verdict.ts"
import * as Migrations from "../storage/Migrations.ts"
import { ReferenceRepository } from "../storage/ReferenceRepository.ts"
import * as Learning from "./Learning.ts"
import * as ReviewDecisions from "./ReviewDecisions.ts"
import * as ReviewItems from "./ReviewItems.ts"
import * as ReviewSample from "./ReviewSample.ts"

const make = Effect.gen(function* () {
  const reading = yield* ReviewItems.make
  const { count, find, findPage, items } = reading
  const learning = yield* Learning.make
  const samples = yield* ReviewSample.make(reading, learning)
  const { calibrations, sample } = samples
  return Review.of({
    count,
    items,
    page: findPage,
    find,
    calibrations,
    sample,
    ...(yield* ReviewDecisions.make(reading, learning, samples))
  })
})

/** Why reading or deciding on what passes a filter can fail. */
export type ReviewError = ValidationError | NotFoundError | DatabaseError

/**
 * What people say about relations, and the log of it.
 *
 * A decision keeps how the relation was found and its confidence; who decided and the note stand in its provenance, and
 * an entry of the log has it before and after. Whatever runs later (new suggestions, a changed catalog) leaves decisions
 * as they are: where a text changes, its decisions are marked with `needsReview`.
 *
 * @example
 * import { Effect, Stream } from "effect"
 * import { Review } from "crosswalk"
 *
 * const program = Effect.gen(function*() {
 *   const review = yield* Review
 *   yield* review.decideAll({ from: "company@1", to: "asvs@5.0.0", minConfidence: 0.9 }, { status: "accepted", by: "Ann" })
 *   return yield* Stream.runCollect(review.items({ from: "company@1", to: "asvs@5.0.0" }))
 * })
 */
export class Review extends Context.Service<
  Review,
  {
    /** How many relations pass: suggested ones, unless the filter says otherwise. */
    readonly count: (filter?: ReviewFilter) => Effect.Effect<number, ReviewError>
    /**
     * The relations that pass with their texts: those of one source together, the surest first. What there is is found
     * out at the beginning; each is read when it is its turn.
     */
    readonly items: (filter?: ReviewFilter) => Stream.Stream<ReviewItem, ReviewError>
    /** The same a page at a time: of each what there is then. */
    readonly page: (options?: ReviewPageOptions) => Effect.Effect<ReviewPage, ReviewError>
    /** The relation between these ends with their texts; the first where there are several. */
    readonly find: (
      ends: RelationEnds,
      type?: RelationType
    ) => Effect.Effect<Option.Option<ReviewItem>, ValidationError | DatabaseError>
    /**
     * What the confidences of suggestions rest on, for every pair of catalogs, or those of the filter, that has open ones. It
     * is found out from the log each time.
     */
    readonly calibrations: (filter?: CalibrationFilter) => Effect.Effect<ReadonlyArray<PairCalibration>, ReviewError>
    /**
     * Draws first proposals, spread evenly over the order of confidence, and gives those that are to be decided on still: the
     * same again until they are. Give their verdicts `chosen: "sample"`; after 25 of them confidences are corrected. Where
     * the first is rejected, decide on the reference's others too, so that it is known whether it has a counterpart.
     */
    readonly sample: (options: SampleOptions) => Effect.Effect<ReadonlyArray<ReviewItem>, ReviewError>
    /**
     * Carries out verdicts as one step, in one transaction: accepts, rejects, changes types, and makes relations that are
     * not there. A verdict that cannot be carried out, such as on a reference and itself, is among `refused` and holds up
     * no other.
     */
    readonly decide: (
      verdicts: ReadonlyArray<Verdict>,
      reviewer?: Reviewer
    ) => Effect.Effect<ReviewOutcome, ValidationError | DatabaseError>
    /**
     * Decides on all relations that pass, as one step. Accepting by `minConfidence` fails where the confidences of two
     * catalogs are an order only, and by `minPrecision` where sampled decisions do not bear it, with what is missing.
     */
    readonly decideAll: (filter: ReviewFilter, verdict: VerdictForAll) => Effect.Effect<ReviewOutcome, ReviewError>
    /** What `decideAll` would change now; nothing is written. It fails where that would. */
    readonly preview: (filter: ReviewFilter, verdict: VerdictForAll) => Effect.Effect<ReviewPreview, ReviewError>
    /**
     * Takes steps back, the newest first; that is logged too. A relation that has changed since stays as it is and is
     * among `refused`.
     */
    readonly undo: (options?: UndoOptions) => Effect.Effect<ReviewOutcome, ValidationError | DatabaseError>
    /** The log of decisions, the newest first. */
    readonly log: (options?: LogOptions) => Effect.Effect<ReadonlyArray<Decision>, ValidationError | DatabaseError>
  }
>()("crosswalk/Review") {
  /** Brings the tables up to date first. */
  static readonly layerNoDeps: Layer.Layer<Review, DatabaseError, SqlClient.SqlClient | ReferenceRepository> =
    Layer.effect(this, make).pipe(Layer.provide(Migrations.layer))

  /** On any libSQL `SqlClient`. */
  static readonly layer: Layer.Layer<Review, DatabaseError, SqlClient.SqlClient> = this.layerNoDeps.pipe(
    Layer.provide(ReferenceRepository.layer)
  )
}
