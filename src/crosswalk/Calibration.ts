import type { SuggestMethod } from "../domain/Suggestion.ts"
import type { Candidate, Found, Nearness } from "./Candidates.ts"
import { type Example, type Logistic, probability } from "./Logistic.ts"
import type { Weights } from "./Similarity.ts"

/** How much each part of the similarity counts. Chosen by hand in the middle of a wide plateau; see docs/crosswalk.md. */
export const weightsOf: Readonly<Record<SuggestMethod, Weights>> = {
  hybrid: { meaning: 0.4, words: 0.24, trigrams: 0.36 },
  semantic: { meaning: 1, words: 0, trigrams: 0 },
  keyword: { meaning: 0, words: 0.4, trigrams: 0.6 }
}

/** What the probability that a candidate is right is made from; `isNearest` is 1 or 0. */
export const confidenceFeatures = ({ competition, margin, similarity }: Candidate, rank: number) =>
  [similarity, margin, competition, rank === 0 ? 1 : 0] as const

/** What the probability that there is no counterpart is made from. */
export const noneFeatures = ({ crowd, nearest }: Nearness) => [nearest, crowd] as const

/** The parameters of one method. */
export interface Fitted {
  /** Of {@link confidenceFeatures}: similarity, margin, competition, whether it is the nearest. */
  readonly confidence: Logistic
  /** Of {@link noneFeatures}: the similarity of the nearest, the mean of the ten nearest. */
  readonly none: Logistic
  /** The share of references without counterpart in the set. */
  readonly noneShare: number
}

/** Parameters with the set that they were fitted on. */
export interface Calibration {
  readonly set: string
  /** The fingerprint of the model that made the vectors. */
  readonly model: string
  readonly methods: Readonly<Record<SuggestMethod, Fitted>>
}

/** From this probability on a reference is said to have no counterpart. */
export const noneThreshold = 0.5

/** From so many references of a catalog, spread evenly, the share without counterpart is estimated. */
const sampleSize = 500

/** The share in the set that the parameters were fitted on counts as much as so many references. */
const priorSize = 20

/** The places of the references from which {@link estimateShare} learns: all, or of many an even sample. */
export const sampleOf = (size: number): ReadonlyArray<number> =>
  Array.from({ length: Math.min(size, sampleSize) }, (_, i) => Math.floor((i * size) / Math.min(size, sampleSize)))

/** A probability where the share of what is true changes from one value to another. */
const shift = (probability: number, from: number, to: number): number => {
  const yes = (probability * to) / from
  const no = ((1 - probability) * (1 - to)) / (1 - from)
  return yes / (yes + no)
}

/**
 * The share of references without counterpart between these two catalogs, which no calibration can know: catalogs differ
 * in it most. It is the one that the probabilities themselves agree with, found by expectation maximisation (Saerens,
 * Latinne and Decaestecker 2002), drawn towards the share at calibration where there are few references.
 */
export const estimateShare = (fitted: Fitted, sample: ReadonlyArray<Nearness>): number => {
  const given = sample.map((nearness) => probability(fitted.none, noneFeatures(nearness)))
  let share = fitted.noneShare
  for (let step = 0; step < 200; step++) {
    const expected = given.reduce((sum, p) => sum + shift(p, fitted.noneShare, share), 0)
    const next = (expected + priorSize * fitted.noneShare) / (given.length + priorSize)
    if (Math.abs(next - share) < 1e-9) break
    share = next
  }
  return share
}

/**
 * The candidates with their confidence, highest first, of equals the more similar; and the probability that there is no
 * counterpart, where `share` of all references have none. A candidate can only be right where there is a counterpart.
 */
export const judge = (fitted: Fitted, found: Found, share: number) => {
  const before = probability(fitted.none, noneFeatures(found))
  const noCounterpart = shift(before, fitted.noneShare, share)
  const factor = (1 - noCounterpart) / (1 - before)
  const ranked = found.candidates.map((candidate, rank) => ({
    candidate,
    confidence: Math.min(1, factor * probability(fitted.confidence, confidenceFeatures(candidate, rank)))
  }))
  return { ranked: ranked.toSorted((a, b) => b.confidence - a.confidence), noCounterpart }
}

/** How many candidates of each reference are learnt from. */
export const learntCandidates = 10

/** The candidates of all references as examples whose answers are known; a reference is a group. */
export const confidenceExamples = (
  all: ReadonlyArray<Found>,
  isRight: (source: number, target: number) => boolean
): ReadonlyArray<Example & { readonly group: number }> =>
  all.flatMap((found, group) =>
    found.candidates.slice(0, learntCandidates).map((candidate, rank) => ({
      group,
      features: confidenceFeatures(candidate, rank),
      isTrue: isRight(found.source, candidate.target)
    }))
  )

/** The references as examples whose answers are known: true where there is no counterpart. */
export const noneExamples = (
  all: ReadonlyArray<Found>,
  hasCounterpart: (source: number) => boolean
): ReadonlyArray<Example & { readonly group: number }> =>
  all.map((found, group) => ({ group, features: noneFeatures(found), isTrue: !hasCounterpart(found.source) }))
