import { Clock, Effect, Schema } from "effect"
import { LogOptions } from "../domain/LogOptions.ts"
import { canonical, keyOf, type RelationEnds } from "../domain/RelationEnds.ts"
import { Reviewer } from "../domain/Reviewer.ts"
import { ReviewFilter } from "../domain/ReviewFilter.ts"
import type { Refusal, ReviewOutcome, ReviewPreview } from "../domain/ReviewOutcome.ts"
import { UndoOptions } from "../domain/UndoOptions.ts"
import { ValidationError } from "../domain/ValidationError.ts"
import { Verdict, VerdictForAll } from "../domain/Verdict.ts"
import * as DecisionLog from "../storage/DecisionLog.ts"
import * as Once from "../storage/Once.ts"
import { operation, optional } from "../storage/Operation.ts"
import { endsOf } from "../storage/RelationRow.ts"
import * as ReviewRows from "../storage/ReviewRows.ts"
import * as Snapshot from "../storage/Snapshot.ts"
import type { Learning } from "./Learning.ts"
import type { ReviewItems } from "./ReviewItems.ts"
import type { ReviewSample } from "./ReviewSample.ts"
import * as Verdicts from "./Verdicts.ts"

const nothing: ReviewOutcome = { step: undefined, decided: [], unchanged: 0, refused: [] }

/** Carries out verdicts, and takes them back. */
export const make = Effect.fnUntraced(function* (
  { rows, selected }: ReviewItems,
  learning: Learning,
  samples: ReviewSample
) {
  const once = yield* Once.make
  const snapshot = yield* Snapshot.make
  const log = yield* DecisionLog.make

  /** Inside a transaction. */
  const apply = Effect.fnUntraced(function* (verdicts: ReadonlyArray<Verdict>, by: string | undefined) {
    const { found, missingOf } = yield* rows.between(verdicts)
    const { changes, refused, unchanged } = Verdicts.changes(verdicts, found, missingOf, by)
    if (changes.length === 0) return { ...nothing, unchanged, refused }
    const step = yield* log.write(changes, { at: yield* Clock.currentTimeMillis, by })
    yield* learning.afterStep(step)
    return { step, decided: yield* log.ofStep(step), unchanged, refused } satisfies ReviewOutcome
  })

  const decide = operation("Review.decide", { verdicts: Schema.Array(Verdict), reviewer: optional(Reviewer) })(
    function* ({ reviewer: { by } = {}, verdicts }) {
      return verdicts.length === 0 ? nothing : yield* once(apply(verdicts, by))
    }
  )

  /** What is said of each relation that passes; in one state of the database. */
  const verdictsOf = Effect.fnUntraced(function* (
    filter: ReviewFilter,
    { as, force = false, minPrecision, note, status }: VerdictForAll
  ) {
    if (minPrecision !== undefined && status !== "accepted") {
      return yield* new ValidationError({
        field: "verdict.minPrecision",
        value: minPrecision,
        constraint: "says what may be accepted",
        expected: "the status accepted with it"
      })
    }
    const passing = yield* selected(filter)
    const isBorne = minPrecision === undefined ? undefined : new Set(yield* samples.borne(filter, minPrecision))
    const chosen = isBorne === undefined ? passing : passing.filter((id) => isBorne.has(id))
    const { minConfidence } = filter
    if (status === "accepted" && isBorne === undefined && (minConfidence ?? 0) > 0 && !force) {
      yield* samples.requireCalibrated(chosen, minConfidence ?? 0)
    }
    const found = yield* rows.byId(chosen)
    return found.map((row) => ({ ...endsOf(row), type: row.type, as, status, note, chosen: "filter" as const }))
  })

  const decideAll = operation("Review.decideAll", { filter: ReviewFilter, verdict: VerdictForAll })(function* ({
    filter,
    verdict
  }) {
    return yield* once(
      Effect.flatMap(verdictsOf(filter, verdict), (verdicts) =>
        verdicts.length === 0 ? Effect.succeed(nothing) : apply(verdicts, verdict.by)
      )
    )
  })

  const preview = operation("Review.preview", { filter: ReviewFilter, verdict: VerdictForAll })(function* ({
    filter,
    verdict
  }) {
    return yield* snapshot.read(
      Effect.gen(function* () {
        const verdicts = yield* verdictsOf(filter, verdict)
        const { found, missingOf } = yield* rows.between(verdicts)
        const { changes, ...others } = Verdicts.changes(verdicts, found, missingOf, verdict.by)
        return {
          ...others,
          changes: changes.map(({ after, before, ends }) => ({ ...canonical(ends), ...(before && { before }), after }))
        } satisfies ReviewPreview
      })
    )
  })

  /** Inside a transaction. */
  const takeBack = Effect.fnUntraced(function* (step: number, by: string | undefined) {
    const decisions = (yield* log.ofStep(step)).reverse()
    const typed = (ends: RelationEnds, type: string | undefined) => `${type} ${keyOf(ends)}`
    const { found } = yield* rows.between(decisions)
    const now = new Map(found.map((row) => [typed(endsOf(row), row.type), row] as const))
    const changes: Array<DecisionLog.Change> = []
    const refused: Array<Refusal> = []
    for (const decision of decisions) {
      const { after, before } = decision
      const ends = canonical(decision)
      const row = now.get(typed(ends, after?.type))
      const state = row === undefined ? undefined : ReviewRows.stateOf(row)
      if (row === undefined || state === undefined || after === undefined || state.status !== after.status) {
        refused.push({ ...ends, problem: "it has changed since that decision, so it stays as it is" })
      } else {
        changes.push({ id: row.id, ends, before: state, after: before, note: undefined, chosen: undefined })
      }
    }
    if (changes.length === 0) return { ...nothing, refused }
    const undone = yield* log.write(changes, { at: yield* Clock.currentTimeMillis, by, undoes: step })
    yield* learning.afterStep(undone)
    return { step: undone, decided: yield* log.ofStep(undone), unchanged: 0, refused } satisfies ReviewOutcome
  })

  const undo = operation("Review.undo", { options: optional(UndoOptions) })(function* ({
    options: { by, step, steps = 1 } = {}
  }) {
    return yield* once(
      Effect.gen(function* () {
        const last = yield* log.undoable(step === undefined ? steps : 2 ** 31)
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
  })

  const read = operation("Review.log", { options: optional(LogOptions) })(function* ({
    options: { limit = 20, ...which } = {}
  }) {
    return yield* log.log(limit, which)
  })

  return { decide, decideAll, preview, undo, log: read }
})
