import { Effect } from "effect"
import { CalibrationFilter } from "../domain/CalibrationFilter.ts"
import { type Basis, basisKey } from "../domain/Proposal.ts"
import type { ReviewFilter } from "../domain/ReviewFilter.ts"
import { SampleOptions } from "../domain/SampleOptions.ts"
import { ValidationError } from "../domain/ValidationError.ts"
import { operation, optional } from "../storage/Operation.ts"
import type { Pair, StoredProposal } from "../storage/Proposals.ts"
import * as Snapshot from "../storage/Snapshot.ts"
import type { Learning } from "./Learning.ts"
import * as Precision from "./Precision.ts"
import { leastDecisions } from "./Recalibration.ts"
import type { ReviewItems } from "./ReviewItems.ts"
import { spread } from "./Spread.ts"

/** How many references a sample has that nobody asked a number for. */
const usualSize = 30

/** What most of the open first proposals were made by; nothing where none is open. */
const usualBasis = (firsts: ReadonlyArray<StoredProposal>): Basis | undefined => {
  const open = firsts.filter(({ status }) => status === "suggested")
  const groups = [...Map.groupBy(open, ({ proposal }) => basisKey(proposal)).values()]
  return groups.toSorted((a, b) => b.length - a.length)[0]?.[0]?.proposal
}

/** Draws samples of first proposals, and says what decisions on them bear. */
export const make = Effect.fnUntraced(function* (
  { page, requireCatalogs }: ReviewItems,
  { all, of, proposals }: Learning
) {
  const snapshot = yield* Snapshot.make

  const calibrations = operation("Review.calibrations", { filter: optional(CalibrationFilter) })(function* ({
    filter = {}
  }) {
    return yield* snapshot.read(Effect.andThen(requireCatalogs(filter), all(filter)))
  })

  /** The first proposals that are alike, the surest first, and what was learnt of them. */
  const order = Effect.fnUntraced(function* (pair: Pair) {
    const firsts = yield* proposals.firsts(pair)
    const basis = usualBasis(firsts)
    if (basis === undefined) return { ordered: [], sampled: [] }
    const key = basisKey(basis)
    const alike = firsts.filter(({ proposal }) => basisKey(proposal) === key)
    const ordered = alike.toSorted((a, b) => b.proposal.probability - a.proposal.probability)
    return { ordered, sampled: (yield* of(pair, basis)).sampled }
  })

  const draw = Effect.fnUntraced(function* ({ from, seed = 1, size = usualSize, to }: SampleOptions) {
    yield* requireCatalogs({ from, to })
    const { ordered, sampled } = yield* order({ from, to })
    const decided = new Set(sampled.map(({ source }) => source))
    const drawn: Array<number> = []
    for (const place of spread(ordered.length, seed)) {
      if (drawn.length + decided.size >= size) break
      const one = ordered[place]
      if (one !== undefined && one.status === "suggested" && !decided.has(one.source)) drawn.push(one.id)
    }
    return yield* page(drawn)
  })

  const sample = operation("Review.sample", { options: SampleOptions })(function* ({ options }) {
    return yield* snapshot.read(draw(options))
  })

  /** The open first proposals that a precision is borne for; fails where sampled decisions do not bear it. */
  const borne = Effect.fnUntraced(function* ({ from, to }: ReviewFilter, precision: number) {
    if (from === undefined || to === undefined) {
      return yield* new ValidationError({
        field: "filter.to",
        value: to,
        constraint: "is needed, as is from: what decisions bear belongs to two catalogs",
        expected: "both catalogs"
      })
    }
    yield* requireCatalogs({ from, to })
    const { ordered, sampled } = yield* order({ from, to })
    const found = Precision.borne(
      sampled.map(({ isRight, proposal }) => ({ probability: proposal.probability, isTrue: isRight })),
      precision
    )
    const open = ordered.filter(({ status }) => status === "suggested")
    if (found.isBorne) return open.flatMap(({ id, proposal }) => (proposal.probability >= found.from ? id : []))
    const right = sampled.filter(({ isRight }) => isRight).length
    return yield* new ValidationError({
      field: "verdict.minPrecision",
      value: precision,
      constraint:
        `is not borne by ${sampled.length} sampled decisions on first proposals from ${from} to ${to}, of which ` +
        `${right} said yes; it would take at least ${found.missing} more at the top of the order, all of them yes`,
      expected:
        found.missing > open.length
          ? `a lower precision: only ${open.length} first proposals are left to decide on`
          : "a lower precision, or a larger sample",
      ...(found.missing <= open.length && {
        remedy: { action: "reviewSample", from, to, size: sampled.length + found.missing }
      })
    })
  })

  /** Fails where the confidences of suggestions, by their numbers, are an order only. */
  const requireCalibrated = Effect.fnUntraced(function* (ids: ReadonlyArray<number>, minConfidence: number) {
    const unknown = (yield* all({}, ids)).find(({ isCalibrated }) => !isCalibrated)
    if (unknown === undefined) return
    const { decisions, from, to } = unknown
    return yield* new ValidationError({
      field: "filter.minConfidence",
      value: minConfidence,
      constraint:
        `is no share that is right: confidences from ${from} to ${to} are an order only, with ${decisions} of ` +
        `${leastDecisions} sampled decisions that it takes to know`,
      expected: "a sample that was reviewed first, or force",
      remedy: { action: "reviewSample", from, to, size: usualSize, force: true }
    })
  })

  return { calibrations, sample, borne, requireCalibrated }
})

export type ReviewSample = Effect.Success<ReturnType<typeof make>>
