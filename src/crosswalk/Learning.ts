import { Effect } from "effect"
import type { CalibrationFilter } from "../domain/CalibrationFilter.ts"
import { PairCalibration } from "../domain/PairCalibration.ts"
import { type Basis, basisKey, type Proposal, proposalOf, withDecisions } from "../domain/Proposal.ts"
import type { Provenance, RelationStatus } from "../domain/Relation.ts"
import * as DecisionLog from "../storage/DecisionLog.ts"
import * as Proposals from "../storage/Proposals.ts"
import { noneThreshold } from "./Calibration.ts"
import * as Recalibration from "./Recalibration.ts"
import { basesOf, type Sampled, sampledOf } from "./Sampled.ts"

/** What decisions on sampled first proposals teach about suggestions that were made alike. */
export interface Learnt {
  readonly sampled: ReadonlyArray<Sampled>
  readonly recalibration: Recalibration.Recalibration
  /** Sampled references of which it is known whether they have a counterpart. */
  readonly none: PairCalibration["none"]
  /** The share of references without counterpart, from all that were sampled. */
  readonly noneShare: number
}

/** A relation that comes from elsewhere. */
export interface Incoming {
  readonly sources: readonly [string, ...ReadonlyArray<string>]
  readonly targets: ReadonlyArray<string>
  readonly confidence: number
  readonly status: RelationStatus
  readonly provenance: Provenance
}

const outcomesOf = (sampled: ReadonlyArray<Sampled>) =>
  sampled.map(({ isRight, proposal }) => ({ probability: proposal.probability, isTrue: isRight }))

/** A sampled reference has no counterpart where its first proposal and all others were rejected, and nothing accepted. */
const noneOf = (sampled: ReadonlyArray<Sampled>, answered: ReadonlyMap<string, Proposals.Answered>) => {
  const none = { references: 0, without: 0, hinted: 0, right: 0 }
  let rejected = 0
  for (const { isRight, proposal, source } of sampled) {
    const { isAnswered = false, isOpen = false } = answered.get(source) ?? {}
    if (!isRight && !isAnswered && isOpen) continue
    const isWithout = !isRight && !isAnswered
    const isHinted = proposal.noCounterpart >= noneThreshold
    if (!isRight) rejected++
    none.references++
    if (isWithout) none.without++
    if (isHinted) none.hinted++
    if (isHinted && isWithout) none.right++
  }
  // Those whose others are not decided yet are among the rejected; what is known of the rejected stands for them.
  const wrong = sampled.filter(({ isRight }) => !isRight).length
  const noneShare = rejected === 0 ? 0 : (wrong / sampled.length) * (none.without / rejected)
  return { none, noneShare }
}

/** Learns from the log whenever it is asked, and keeps the confidences of suggestions as it has learnt. */
export const make = Effect.gen(function* () {
  const log = yield* DecisionLog.make
  const proposals = yield* Proposals.make

  /** What was learnt of two catalogs, for suggestions that were made by `basis`. */
  const of = Effect.fn("Learning.of")(function* (pair: Proposals.Pair, basis: Basis) {
    const key = basisKey(basis)
    const sampled = sampledOf(yield* log.ofSamples(pair)).filter(({ proposal }) => basisKey(proposal) === key)
    const answered = yield* proposals.answered(
      sampled.flatMap(({ isRight, source }) => (isRight ? [] : source)),
      pair.to
    )
    return {
      sampled,
      recalibration: Recalibration.fit(outcomesOf(sampled)),
      ...noneOf(sampled, answered)
    } satisfies Learnt
  })

  /** The same as data. */
  const calibrationOf = ({ from, to }: Proposals.Pair, { method, model, set }: Basis, learnt: Learnt) =>
    new PairCalibration({
      from,
      to,
      method,
      ...(model !== undefined && { model }),
      set,
      decisions: learnt.sampled.length,
      right: learnt.sampled.filter(({ isRight }) => isRight).length,
      needed: Recalibration.leastDecisions,
      isCalibrated: learnt.sampled.length >= Recalibration.leastDecisions,
      ...learnt.recalibration,
      none: learnt.none
    })

  /** What the confidences of stored suggestions rest on, for every pair of catalogs that has some. */
  const all = Effect.fnUntraced(function* (filter: CalibrationFilter, ids?: ReadonlyArray<number>) {
    const bases = yield* proposals.bases(filter, ids)
    return yield* Effect.forEach(bases, (basis) =>
      Effect.map(of(basis, basis), (learnt) => calibrationOf(basis, basis, learnt))
    )
  })

  /** Gives the open suggestions of two catalogs the confidences that were learnt; inside a transaction. */
  const recalibrate = Effect.fnUntraced(function* (pair: Proposals.Pair) {
    const entries = yield* log.ofSamples(pair)
    const sampled = sampledOf(entries)
    for (const basis of basesOf(entries)) {
      const own = sampled.filter(({ proposal }) => basisKey(proposal) === basisKey(basis))
      const recalibration = Recalibration.fit(outcomesOf(own))
      const decisions = decisionsOf(own)
      const open = yield* proposals.open(pair, basis, decisions === undefined)
      yield* proposals.setConfidences(
        open.flatMap((one) => {
          const confidence = confidenceOf(recalibration, one.probability)
          const isSame = confidence === one.confidence && decisions === (one.decisions ?? undefined)
          return isSame ? [] : [{ id: one.id, confidence, decisions }]
        })
      )
    }
  })

  /** Brings confidences up to date after a step of the log; inside the transaction that wrote it. */
  const afterStep = Effect.fn("Learning.afterStep")(function* (step: number) {
    for (const pair of yield* log.pairsOfSamples(step)) yield* recalibrate(pair)
  })

  /**
   * Suggestions that come from elsewhere, where other decisions taught their confidences, with those that are taught here;
   * inside the transaction that writes them. Relations that are none stay as they are.
   */
  const taught = Effect.fn("Learning.taught")(function* <R extends Incoming>(
    relations: ReadonlyArray<R>,
    catalogOf: (uri: string) => string | undefined
  ) {
    const known = new Map<string, Learnt>()
    return yield* Effect.forEach(
      relations,
      Effect.fnUntraced(function* (relation) {
        const { provenance, sources, status, targets } = relation
        const proposal = status === "suggested" ? proposalOf(provenance) : undefined
        const [from, to] = [catalogOf(sources[0]), catalogOf(targets[0] ?? "")]
        if (proposal === undefined) return relation
        if (from === undefined || to === undefined) return correctedBy(relation, proposal, undefined)
        const key = JSON.stringify([from, to, basisKey(proposal)])
        const learnt = known.get(key) ?? (yield* of({ from, to }, proposal))
        known.set(key, learnt)
        return correctedBy(relation, proposal, learnt)
      })
    )
  })

  return { of, calibrationOf, all, proposals, afterStep, taught }
})

export type Learning = Effect.Success<typeof make>

/** How many decisions confidences rest on; nothing where there are too few. */
export const decisionsOf = (sampled: ReadonlyArray<Sampled>): number | undefined =>
  sampled.length >= Recalibration.leastDecisions ? sampled.length : undefined

/** The confidence of a suggestion whose probability was `probability` before any decision. */
export const confidenceOf = (recalibration: Recalibration.Recalibration, probability: number): number =>
  Math.round(Recalibration.apply(recalibration, probability) * 1e4) / 1e4

const correctedBy = <R extends Incoming>(relation: R, { probability }: Proposal, learnt: Learnt | undefined): R => ({
  ...relation,
  confidence: confidenceOf(learnt?.recalibration ?? Recalibration.identity, probability),
  provenance: withDecisions(relation.provenance, learnt === undefined ? undefined : decisionsOf(learnt.sampled))
})
