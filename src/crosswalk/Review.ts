import { Clock, Context, Effect, Layer, Option, Schema, Stream } from "effect"
import type { SqlClient } from "effect/sql"
import { type Decision, type Refusal, Verdict } from "../domain/Decision.ts"
import type { DatabaseError } from "../domain/DatabaseError.ts"
import { NotFoundError } from "../domain/NotFoundError.ts"
import { ValidationError } from "../domain/ValidationError.ts"
import type { RelationType } from "../domain/Relation.ts"
import { ReviewFilter, ReviewItem } from "../domain/ReviewItem.ts"
import { toDatabaseError } from "../libsql/DatabaseErrors.ts"
import { decodeInput, decodeLimit } from "../storage/Decoding.ts"
import { ReferenceRepository } from "../storage/ReferenceRepository.ts"
import { toRelation } from "../storage/RelationRow.ts"
import * as ReviewRows from "./ReviewRows.ts"
import * as Verdicts from "./Verdicts.ts"

/** Who decides. */
export interface Reviewer {
  /** The reviewer's name, as it stands in the relation and in the log. */
  readonly by?: string | undefined
}

/** A verdict on all relations that pass a filter. */
export interface VerdictForAll extends Reviewer {
  readonly status: "accepted" | "rejected"
  /** The type they get; the one each has unless told. */
  readonly as?: RelationType | undefined
  readonly note?: string | undefined
}

/** What became of verdicts. */
export interface ReviewOutcome {
  /** Their number in the log, to take them back; absent where nothing changed. */
  readonly step: number | undefined
  /** What was changed, in the order in which it was given. */
  readonly decided: ReadonlyArray<Decision>
  /** How many had been decided just so before. */
  readonly unchanged: number
  /** What could not be done, and why; nothing of it was written. */
  readonly refused: ReadonlyArray<Refusal>
}

/** Which decisions to take back. */
export interface UndoOptions extends Reviewer {
  /** The last so many steps; 1 unless told. */
  readonly steps?: number | undefined
  /** This step and no other. */
  readonly step?: number | undefined
}

/** How many relations with their texts are read at a time. */
const pageSize = 100

const nothing: ReviewOutcome = { step: undefined, decided: [], unchanged: 0, refused: [] }

const make = Effect.gen(function* () {
  const references = yield* ReferenceRepository
  const rows = yield* ReviewRows.make
  const decodeVerdicts = decodeInput(Schema.Array(Verdict), "verdicts")
  const decodeFilter = decodeInput(ReviewFilter, "filter")
  /** The catalogs of a filter must be there: a typing error would look like a review that is done. */
  const checkCatalogs = Effect.fnUntraced(function* (filter: ReviewFilter) {
    for (const catalog of [filter.from, filter.to]) {
      if (catalog !== undefined && (yield* references.count({ catalog })) === 0) {
        return yield* new NotFoundError({ uri: catalog, entity: "catalog" })
      }
    }
  })

  const selected = Effect.fnUntraced(function* (filter: ReviewFilter) {
    const decoded = yield* decodeFilter(filter)
    yield* checkCatalogs(decoded)
    return yield* rows.ids(decoded)
  })

  const count = Effect.fn("Review.count")(
    function* (filter: ReviewFilter = {}) {
      return (yield* selected(filter)).length
    },
    Effect.catchTag("SqlError", (error) => Effect.fail(toDatabaseError("Review.count")(error)))
  )

  const page = Effect.fnUntraced(
    function* (ids: ReadonlyArray<number>) {
      const found = yield* rows.byId(ids)
      const ends = yield* references.findMany([...new Set(found.flatMap(({ source, target }) => [source, target]))])
      return found.flatMap((row) => {
        const source = ends.get(row.source)
        const target = ends.get(row.target)
        return source === undefined || target === undefined
          ? []
          : [
              new ReviewItem({
                relation: toRelation(row),
                source,
                target,
                version: ReviewRows.versionOf(row)
              })
            ]
      })
    },
    Effect.catchTag("SqlError", (error) => Effect.fail(toDatabaseError("Review.items")(error)))
  )

  const items = (filter: ReviewFilter = {}) =>
    Stream.fromIterableEffect(
      Effect.catchTag(selected(filter), "SqlError", (error) => Effect.fail(toDatabaseError("Review.items")(error)))
    ).pipe(Stream.grouped(pageSize), Stream.mapEffect(page), Stream.flatMap(Stream.fromIterable))

  /** Inside a transaction. */
  const apply = Effect.fnUntraced(function* (verdicts: ReadonlyArray<Verdict>, by: string | undefined) {
    const between = yield* rows.byPairs(verdicts)
    const stored = yield* rows.stored([...new Set(verdicts.flatMap(({ source, target }) => [source, target]))])
    const { changes, refused, unchanged } = Verdicts.changes(verdicts, between, stored, by)
    if (changes.length === 0) return { ...nothing, unchanged, refused }
    const step = yield* rows.write(changes, { at: yield* Clock.currentTimeMillis, by })
    return { step, decided: yield* rows.ofStep(step), unchanged, refused } satisfies ReviewOutcome
  })

  const decide = Effect.fn("Review.decide")(
    function* (verdicts: ReadonlyArray<Verdict>, { by }: Reviewer = {}) {
      const decoded = yield* decodeVerdicts(verdicts)
      return decoded.length === 0 ? nothing : yield* rows.sql.withTransaction(apply(decoded, by))
    },
    Effect.catchTag("SqlError", (error) => Effect.fail(toDatabaseError("Review.decide")(error)))
  )

  const decideAll = Effect.fn("Review.decideAll")(
    function* (filter: ReviewFilter, verdict: VerdictForAll) {
      return yield* rows.sql.withTransaction(
        Effect.gen(function* () {
          const found = yield* rows.byId(yield* selected(filter))
          const { as, by, note, status } = verdict
          const verdicts = found.map(({ source, target, type }) => ({ source, target, type, as, status, note }))
          return found.length === 0 ? nothing : yield* apply(verdicts, by)
        })
      )
    },
    Effect.catchTag("SqlError", (error) => Effect.fail(toDatabaseError("Review.decideAll")(error)))
  )

  /** Inside a transaction. */
  const takeBack = Effect.fnUntraced(function* (step: number, by: string | undefined) {
    const decisions = (yield* rows.ofStep(step)).reverse()
    const keyOf = (source: string, target: string, type: string | undefined) => JSON.stringify([source, target, type])
    const now = new Map(
      (yield* rows.byPairs(decisions)).map((row) => [keyOf(row.source, row.target, row.type), row] as const)
    )
    const changes: Array<ReviewRows.Change> = []
    const refused: Array<Refusal> = []
    for (const { after, before, source, target } of decisions) {
      const row = now.get(keyOf(source, target, after?.type))
      const state = row === undefined ? undefined : ReviewRows.stateOf(row)
      if (row === undefined || state === undefined || after === undefined || state.status !== after.status) {
        refused.push({ source, target, problem: "it has changed since that decision, so it stays as it is" })
      } else {
        changes.push({ id: row.id, source, target, before: state, after: before, note: undefined })
      }
    }
    if (changes.length === 0) return { ...nothing, refused }
    const undone = yield* rows.write(changes, { at: yield* Clock.currentTimeMillis, by, undoes: step })
    return { step: undone, decided: yield* rows.ofStep(undone), unchanged: 0, refused } satisfies ReviewOutcome
  })

  const undo = Effect.fn("Review.undo")(
    function* ({ by, step, steps = 1 }: UndoOptions = {}) {
      const limit = yield* decodeLimit(steps)
      return yield* rows.sql.withTransaction(
        Effect.gen(function* () {
          const last = yield* rows.undoable(step === undefined ? limit : 2 ** 31)
          if (step !== undefined && !last.includes(step)) {
            return yield* new ValidationError({
              field: "step",
              value: step,
              constraint: "is no step that can be taken back",
              expected: "the step of a decision that was not undone, as the log tells"
            })
          }
          let outcome = nothing
          for (const one of step === undefined ? last : [step]) {
            const { decided, refused, step: undone } = yield* takeBack(one, by)
            outcome = {
              step: undone ?? outcome.step,
              decided: [...outcome.decided, ...decided],
              unchanged: 0,
              refused: [...outcome.refused, ...refused]
            }
          }
          return outcome
        })
      )
    },
    Effect.catchTag("SqlError", (error) => Effect.fail(toDatabaseError("Review.undo")(error)))
  )

  const log = Effect.fn("Review.log")(
    function* (options: LogOptions = {}) {
      return yield* rows.log(yield* decodeLimit(options.limit ?? 20), options.uri)
    },
    Effect.catchTag("SqlError", (error) => Effect.fail(toDatabaseError("Review.log")(error)))
  )

  const find = Effect.fn("Review.find")(
    function* (source: string, target: string, type?: RelationType) {
      const between = (yield* rows.byPairs([{ source, target }])).filter(
        (row) => type === undefined || row.type === type
      )
      const [first] = yield* page(between.map(({ id }) => id))
      return Option.fromUndefinedOr(first)
    },
    Effect.catchTag("SqlError", (error) => Effect.fail(toDatabaseError("Review.find")(error)))
  )

  return { count, items, find, decide, decideAll, undo, log }
})

/** Which part of the log of decisions to read. */
export interface LogOptions {
  /** At most so many, the newest first; 20 unless told. */
  readonly limit?: number | undefined
  /** Only decisions on relations of this reference. */
  readonly uri?: string | undefined
}

type InputError = ValidationError | NotFoundError | DatabaseError

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
    readonly count: (filter?: ReviewFilter) => Effect.Effect<number, InputError>
    /**
     * The relations that pass with their texts: those of one source together, the surest first. What there is is found
     * out at the beginning; each is read when it is its turn.
     */
    readonly items: (filter?: ReviewFilter) => Stream.Stream<ReviewItem, InputError>
    /** The relation from one reference to another with their texts; the first where there are several. */
    readonly find: (
      source: string,
      target: string,
      type?: RelationType
    ) => Effect.Effect<Option.Option<ReviewItem>, ValidationError | DatabaseError>
    /**
     * Carries out verdicts as one step, in one transaction: accepts, rejects, changes types, and makes relations that are
     * not there. A verdict that cannot be carried out is among `refused` and holds up no other.
     */
    readonly decide: (
      verdicts: ReadonlyArray<Verdict>,
      reviewer?: Reviewer
    ) => Effect.Effect<ReviewOutcome, ValidationError | DatabaseError>
    /** Decides on all relations that pass, as one step. */
    readonly decideAll: (filter: ReviewFilter, verdict: VerdictForAll) => Effect.Effect<ReviewOutcome, InputError>
    /**
     * Takes steps back, the newest first; that is logged too. A relation that has changed since stays as it is and is
     * among `refused`.
     */
    readonly undo: (options?: UndoOptions) => Effect.Effect<ReviewOutcome, ValidationError | DatabaseError>
    /** The log of decisions, the newest first. */
    readonly log: (options?: LogOptions) => Effect.Effect<ReadonlyArray<Decision>, ValidationError | DatabaseError>
  }
>()("crosswalk/Review") {
  /** On any libSQL `SqlClient`. */
  static readonly layer: Layer.Layer<Review, DatabaseError, SqlClient.SqlClient> = Layer.effect(this, make).pipe(
    Layer.provide(ReferenceRepository.layer)
  )
}
