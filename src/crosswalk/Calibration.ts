import type { SuggestMethod } from "../domain/Suggestion.ts"
import type { Candidate, Found } from "./Candidates.ts"
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
export const noneFeatures = ({ candidates, crowd }: Found) => [candidates[0]?.similarity ?? 0, crowd] as const

/** The parameters of one method. */
export interface Fitted {
  /** Of {@link confidenceFeatures}: similarity, margin, competition, whether it is the nearest. */
  readonly confidence: Logistic
  /** Of {@link noneFeatures}: the similarity of the nearest, the mean of the ten nearest. */
  readonly none: Logistic
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

/** The candidates with their confidence, highest first, of equals the more similar; and whether there is one at all. */
export const judge = (fitted: Fitted, found: Found) => {
  const ranked = found.candidates.map((candidate, rank) => ({
    candidate,
    confidence: probability(fitted.confidence, confidenceFeatures(candidate, rank))
  }))
  return {
    ranked: ranked.toSorted((a, b) => b.confidence - a.confidence),
    noCounterpart: probability(fitted.none, noneFeatures(found))
  }
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
