import type { SuggestMethod } from "../domain/SuggestOptions.ts"
import type { Found, Nearness, Rated } from "./Candidates.ts"
import { type Example, type Logistic, probability } from "./Logistic.ts"
import type { Weights } from "./Similarity.ts"

/** How much each part of the similarity counts: the middle of a wide plateau over five pairs of catalogs; see docs/crosswalk.md. */
export const weightsOf: Readonly<Record<SuggestMethod, Weights>> = {
  hybrid: { meaning: 0.5, words: 0.2, trigrams: 0.3 },
  semantic: { meaning: 1, words: 0, trigrams: 0 },
  keyword: { meaning: 0, words: 0.4, trigrams: 0.6 }
}

/**
 * How near texts of two catalogs are to each other. Two editions of one standard share their wording, a standard and a
 * company's own rules hardly any; measured by this scale, what is near for a pair of catalogs is near for every pair.
 */
export interface Scale {
  /** The mean similarity of all pairs. */
  readonly background: number
  /** How far the nearest targets are above it on average. */
  readonly reach: number
}

/** The scale in the set that the parameters were fitted on counts as much as so many references. */
const scalePrior = 5

/**
 * The scale of two catalogs, from the references of a sample, drawn towards that at calibration where they are few: a
 * mean of three similarities is no background.
 */
export const scaleOf = (sample: ReadonlyArray<Nearness>, calibrated?: Scale): Scale => {
  const prior = calibrated === undefined ? 0 : scalePrior
  const drawn = (own: (nearness: Nearness) => number, usual = 0) =>
    (sample.reduce((sum, nearness) => sum + own(nearness), 0) + prior * usual) / Math.max(1, sample.length + prior)
  return {
    background: drawn(({ background }) => background, calibrated?.background),
    reach: drawn(({ background, nearest }) => nearest - background, calibrated?.reach)
  }
}

/** What the probability that a candidate is right is made from, in units of the reach; the last is 1 for the nearest. */
export const confidenceFeatures = ({ competition, margin }: Rated, rank: number, { reach }: Scale) =>
  [margin / reach, competition / reach, rank === 0 ? 1 : 0] as const

/** What the probability that there is no counterpart is made from, in units of the reach above the background. */
export const noneFeatures = ({ crowd, nearest }: Nearness, { background, reach }: Scale) =>
  [(nearest - background) / reach, (crowd - background) / reach] as const

/** The parameters of one method. */
export interface Fitted {
  /** Of {@link confidenceFeatures}: margin, competition, whether it is the nearest. */
  readonly confidence: Logistic
  /** Of {@link noneFeatures}: the similarity of the nearest, the mean of the ten nearest. */
  readonly none: Logistic
  /** The share of references without counterpart in the set. */
  readonly noneShare: number
  /** How near its texts are to each other. */
  readonly scale: Scale
}

/** How good the hint "no counterpart" was where it could be measured: the least and the greatest of several pairs. */
export interface HintMeasured {
  readonly precision: { readonly least: number; readonly greatest: number }
  readonly recall: { readonly least: number; readonly greatest: number }
}

/** Parameters with the set that they were fitted on. */
export interface Calibration {
  readonly set: string
  /** The fingerprint of the model that made the vectors. */
  readonly model: string
  readonly methods: Readonly<Record<SuggestMethod, Fitted>>
  /** On the development pairs that have references without counterpart, without any decision. */
  readonly hint: HintMeasured
}

/** From this probability on it is hinted that a reference has no counterpart. */
export const noneThreshold = 0.5

/** From so many references of a catalog, spread evenly, the circumstances are estimated. */
const sampleSize = 500

/** The share in the set that the parameters were fitted on counts as much as so many references. */
const priorSize = 20

/** The places of the references from which {@link circumstancesOf} learns: all, or of many an even sample. */
export const sampleOf = (size: number): ReadonlyArray<number> =>
  Array.from({ length: Math.min(size, sampleSize) }, (_, i) => Math.floor((i * size) / Math.min(size, sampleSize)))

/**
 * By how much the odds of both answers change where the share of what is true goes from one value to another: the new
 * probability, and the factor from the old probability of the contrary to its new one.
 */
const shift = (probability: number, from: number, to: number) => {
  const contrary = (1 - to) / (1 - from)
  const total = (probability * to) / from + (1 - probability) * contrary
  return { probability: (probability * to) / from / total, contraryFactor: contrary / total }
}

/** What two catalogs have of their own, which no calibration can know. */
export interface Circumstances {
  readonly scale: Scale
  /** The share of references without counterpart. */
  readonly share: number
}

/**
 * The circumstances of two catalogs, from the references of a sample. The share without counterpart, in which catalogs
 * differ most, is the one that the probabilities themselves agree with, found by expectation maximisation (Saerens,
 * Latinne and Decaestecker 2002), drawn towards the share at calibration where there are few references. The scale is
 * that of the sample unless it is known.
 */
export const circumstancesOf = (
  fitted: Fitted,
  sample: ReadonlyArray<Nearness>,
  scale: Scale = scaleOf(sample, fitted.scale)
): Circumstances => {
  const given = sample.map((nearness) => probability(fitted.none, noneFeatures(nearness, scale)))
  let share = fitted.noneShare
  for (let step = 0; step < 200; step++) {
    const expected = given.reduce((sum, p) => sum + shift(p, fitted.noneShare, share).probability, 0)
    const next = (expected + priorSize * fitted.noneShare) / (given.length + priorSize)
    if (Math.abs(next - share) < 1e-9) break
    share = next
  }
  return { scale, share }
}

/** The probability that a reference has no counterpart, and the factor from the probability of the contrary before. */
const noneOf = (fitted: Fitted, nearness: Nearness, { scale, share }: Circumstances) =>
  shift(probability(fitted.none, noneFeatures(nearness, scale)), fitted.noneShare, share)

/** The probability that there is no counterpart where the share of references without one was learnt. */
export const noCounterpartOf = (fitted: Fitted, nearness: Nearness, circumstances: Circumstances): number =>
  noneOf(fitted, nearness, circumstances).probability

/** A share that was learnt from `size` references, drawn towards that of the circumstances, which counts as much as 20. */
export const drawnShare = (circumstances: Circumstances, learnt: number, size: number): number =>
  (learnt * size + circumstances.share * priorSize) / (size + priorSize)

/**
 * The candidates with their confidence, highest first, of equals the more similar; and the probability that there is no
 * counterpart. A candidate can only be right where there is a counterpart.
 */
export const judge = <C extends Rated>(fitted: Fitted, found: Found<C>, circumstances: Circumstances) => {
  const { scale } = circumstances
  const { contraryFactor, probability: noCounterpart } = noneOf(fitted, found, circumstances)
  const ranked = found.candidates.map((candidate, rank) => ({
    candidate,
    confidence: Math.min(1, contraryFactor * probability(fitted.confidence, confidenceFeatures(candidate, rank, scale)))
  }))
  return { ranked: ranked.toSorted((a, b) => b.confidence - a.confidence), noCounterpart }
}

/**
 * The same where the first candidate and "no counterpart" are never more than 1 together: two regressions that know nothing
 * of each other can both be sure.
 */
export const settle = <C extends Rated>({ noCounterpart, ranked }: ReturnType<typeof judge<C>>) => {
  const total = Math.max(1, (ranked[0]?.confidence ?? 0) + noCounterpart)
  return {
    ranked: ranked.map(({ candidate, confidence }) => ({ candidate, confidence: confidence / total })),
    noCounterpart: noCounterpart / total
  }
}

/** How many candidates of each reference are learnt from. */
export const learntCandidates = 10

/** The candidates of all references as examples whose answers are known; a reference is a group. */
export const confidenceExamples = (
  all: ReadonlyArray<Found>,
  scale: Scale,
  isRight: (source: number, target: number) => boolean
): ReadonlyArray<Example & { readonly group: number }> =>
  all.flatMap((found, group) =>
    found.candidates.slice(0, learntCandidates).map((candidate, rank) => ({
      group,
      features: confidenceFeatures(candidate, rank, scale),
      isTrue: isRight(found.source, candidate.target)
    }))
  )

/** The references as examples whose answers are known: true where there is no counterpart. */
export const noneExamples = (
  all: ReadonlyArray<Found>,
  scale: Scale,
  hasCounterpart: (source: number) => boolean
): ReadonlyArray<Example & { readonly group: number }> =>
  all.map((found, group) => ({ group, features: noneFeatures(found, scale), isTrue: !hasCounterpart(found.source) }))
