import { Effect } from "effect"
import {
  circumstancesOf,
  confidenceExamples,
  type Fitted,
  type HintMeasured,
  judge,
  noneThreshold,
  sampleOf,
  scaleOf,
  settle,
  weightsOf
} from "../../src/crosswalk/Calibration.ts"
import { calibrationAsvs } from "../../src/crosswalk/CalibrationAsvs.ts"
import * as Candidates from "../../src/crosswalk/Candidates.ts"
import * as CatalogContent from "../../src/crosswalk/CatalogContent.ts"
import * as Logistic from "../../src/crosswalk/Logistic.ts"
import * as Recalibration from "../../src/crosswalk/Recalibration.ts"
import * as Similarity from "../../src/crosswalk/Similarity.ts"
import { spread } from "../../src/crosswalk/Spread.ts"
import * as Measures from "../../src/search/Measures.ts"
import * as Diffs from "./diffs.ts"
import { type Pair, reverse, versions } from "./pairs.ts"

/** What is weighed, with the calibration that was fitted on ASVS for these weights. */
interface Defaults {
  readonly weights: Similarity.Weights
  readonly fitted: Fitted
}

export const now: Defaults = { weights: weightsOf.hybrid, fitted: calibrationAsvs.methods.hybrid }

/** The defaults before they were chosen on more than one pair. */
export const before: Defaults = {
  weights: { meaning: 0.4, words: 0.24, trigrams: 0.36 },
  fitted: {
    confidence: { intercept: -1.426, weights: [3.723, 2.293, 1.281] },
    none: { intercept: 4.126, weights: [-4.467, -5.299] },
    noneShare: 50 / 278,
    scale: { background: 0.1351, reach: 0.422 }
  }
}

/** The weights that a choice could fall on: meaning, and trigrams for each word. */
const grid = [0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8].flatMap((meaning) =>
  [0.5, 1, 1.5, 2, 3].map((ratio) => ({
    meaning,
    words: (1 - meaning) / (1 + ratio),
    trigrams: ((1 - meaning) * ratio) / (1 + ratio)
  }))
)

export const mean = (values: ReadonlyArray<number>) => values.reduce((sum, value) => sum + value, 0) / values.length
const share = (values: ReadonlyArray<boolean>) => mean(values.map(Number))

/** Both catalogs of a pair, embedded, as `suggest` reads them. */
const contentsOf = Effect.fn(function* ({ from, to }: Pair) {
  const content = yield* CatalogContent.make
  for (const catalog of [from, to]) yield* content.prepare({ catalog })
  return {
    sources: yield* content.read({ catalog: from }, true),
    targets: yield* content.read({ catalog: to }, true)
  }
})
type Contents = Effect.Success<ReturnType<typeof contentsOf>>

const nothing: ReadonlySet<string> = new Set()

/** How far down rankings are measured. */
const depth = 10

const find = Effect.fn(function* ({ sources, targets }: Contents, weights: Similarity.Weights) {
  const similarity = yield* Similarity.make(sources, targets, weights)
  return yield* Candidates.find(similarity, {
    from: sources.references.length,
    to: targets.references.length,
    limit: depth
  })
})

type Found = Effect.Success<ReturnType<typeof find>>

/** What is said of each source, with the answers beside it: ten in order, and the five that are suggested by default. */
const saidOf = ({ answers }: Pair, { sources, targets }: Contents, found: Found, fitted: Fitted) => {
  const circumstances = circumstancesOf(
    fitted,
    sampleOf(found.length).flatMap((place) => found[place] ?? [])
  )
  const said = found.map((one) => {
    const right = answers.get(sources.references[one.source]?.uri ?? "") ?? nothing
    const uriOf = ({ target }: Candidates.Candidate) => targets.references[target]?.uri ?? ""
    const ranking = judge(fitted, one, circumstances).ranked
    const { noCounterpart, ranked } = settle(
      judge(fitted, { ...one, candidates: one.candidates.slice(0, 5) }, circumstances)
    )
    return {
      right,
      noCounterpart,
      ranking: ranking.map(({ candidate }) => uriOf(candidate)),
      suggestions: ranked.map(({ candidate, confidence }) => ({
        probability: confidence,
        isTrue: right.has(uriOf(candidate))
      }))
    }
  })
  return { said, estimated: circumstances.share }
}
type Said = ReturnType<typeof saidOf>

const rankingOf = ({ said }: Pick<Said, "said">) => {
  const answerable = said.filter(({ right }) => right.size > 0)
  const scores = answerable.map(({ ranking, right }) =>
    Measures.measure(ranking, new Map(Array.from(right, (uri) => [uri, 1])))
  )
  return {
    ndcg: mean(scores.map((score) => score["ndcg@10"])),
    firstRight: share(answerable.map(({ suggestions }) => suggestions[0]?.isTrue ?? false)),
    firstFiveRight: share(answerable.map(({ suggestions }) => suggestions.some(({ isTrue }) => isTrue)))
  }
}

/** nDCG@10 in the order of the similarity, which is all that weights decide. */
const ndcgOf = Effect.fn(function* ({ answers }: Pair, contents: Contents, weights: Similarity.Weights) {
  const { sources, targets } = contents
  const scores = (yield* find(contents, weights)).flatMap(({ candidates, source }) => {
    const right = answers.get(sources.references[source]?.uri ?? "") ?? nothing
    if (right.size === 0) return []
    const ranking = candidates.map(({ target }) => targets.references[target]?.uri ?? "")
    return [Measures.measure(ranking, new Map(Array.from(right, (uri) => [uri, 1])))["ndcg@10"]]
  })
  return mean(scores)
})

const reviews = 40

/** The calibration error of first proposals after reviews of a sample, on average: of all, and of what was not reviewed. */
const afterReview = (firsts: ReadonlyArray<Logistic.Outcome>, decisions: number) => {
  const order = firsts.toSorted((a, b) => b.probability - a.probability)
  const errors = Array.from({ length: reviews }, (_, seed) => {
    const sample = new Set([...spread(order.length, seed + 1)].slice(0, decisions))
    const learnt = Recalibration.fit(order.filter((_, place) => sample.has(place)))
    const errorOf = (outcomes: ReadonlyArray<Logistic.Outcome>) =>
      Logistic.calibrationError(
        outcomes.map(({ isTrue, probability }) => ({
          isTrue,
          probability: Recalibration.apply(learnt, probability)
        }))
      )
    return { all: errorOf(order), others: errorOf(order.filter((_, place) => !sample.has(place))) }
  })
  return {
    all: mean(errors.map(({ all }) => all)),
    others: firsts.length > decisions ? mean(errors.map(({ others }) => others)) : undefined
  }
}

const calibrationOf = ({ estimated, said }: Said) => {
  const firsts = said.flatMap(({ suggestions }) => suggestions.slice(0, 1))
  const hinted = said.filter(({ noCounterpart }) => noCounterpart >= noneThreshold)
  const without = said.filter(({ right }) => right.size === 0)
  const certain = firsts.filter(({ probability }) => probability >= 0.8)
  return {
    right: share(firsts.map(({ isTrue }) => isTrue)),
    bias: mean(firsts.map(({ probability }) => probability)) - share(firsts.map(({ isTrue }) => isTrue)),
    certain: certain.length,
    certainRight: share(certain.map(({ isTrue }) => isTrue)),
    error: Logistic.calibrationError(firsts),
    after25: afterReview(firsts, 25),
    after50: afterReview(firsts, 50),
    none: {
      share: without.length / said.length,
      estimated,
      hinted: hinted.length,
      precision: share(hinted.map(({ right }) => right.size === 0)),
      recall: hinted.filter(({ right }) => right.size === 0).length / without.length
    }
  }
}

/** Everything about a pair, both ways. */
export const measure = Effect.fn(function* (pair: Pair) {
  const contents = yield* contentsOf(pair)
  const turned = { sources: contents.targets, targets: contents.sources }
  const found = yield* find(contents, now.weights)
  const foundBackwards = yield* find(turned, now.weights)
  const bothWays = (fitted: Fitted) =>
    [saidOf(pair, contents, found, fitted), saidOf(reverse(pair), turned, foundBackwards, fitted)] as const
  const [said, saidBackwards] = bothWays(now.fitted)
  const isRight = (source: number, target: number) =>
    pair.answers
      .get(contents.sources.references[source]?.uri ?? "")
      ?.has(contents.targets.references[target]?.uri ?? "") ?? false
  return {
    name: pair.name,
    sources: contents.sources.references.length,
    targets: contents.targets.references.length,
    before: rankingOf(saidOf(pair, contents, yield* find(contents, before.weights), before.fitted)),
    now: rankingOf(said),
    calibration: calibrationOf(said),
    backwards: { now: rankingOf(saidBackwards), calibration: calibrationOf(saidBackwards) },
    grid: yield* Effect.forEach(grid, (weights) => ndcgOf(pair, contents, weights)),
    shipped: yield* ndcgOf(pair, contents, now.weights),
    earlier: yield* ndcgOf(pair, contents, before.weights),
    /** The candidates that a calibration of several pairs is fitted on; functions are no part of the JSON. */
    examples: () => confidenceExamples(found, scaleOf(found), isRight),
    /** The same figures by other parameters, both ways. */
    calibrationBy: (confidence: Logistic.Logistic) => bothWays({ ...now.fitted, confidence }).map(calibrationOf),
    diff: versions.includes(pair.name) ? yield* Diffs.measure(pair) : undefined
  }
})
export type Measured = Effect.Success<ReturnType<typeof measure>>

/** For each pair the weights that are best for the others on average, and what they are worth on it. */
export const leftOut = (all: ReadonlyArray<Measured>) =>
  all.map((pair) => {
    const others = all.filter((other) => other !== pair)
    const means = grid.map((_, i) => mean(others.map((other) => other.grid[i] ?? 0)))
    const best = means.indexOf(Math.max(...means))
    return { weights: grid[best], ndcg: pair.grid[best] ?? 0 }
  })

/** The calibration of each pair, both ways, by parameters that were fitted on the four others together. */
export const fittedOnOthers = (all: ReadonlyArray<Measured>) =>
  all.flatMap((pair) => {
    const others = all.filter((other) => other !== pair)
    return pair.calibrationBy(Logistic.fit(others.flatMap(({ examples }) => examples())))
  })

/** Between what the precision and the recall of the hint lie, on pairs that have references without counterpart. */
export const hint = (all: ReadonlyArray<Measured>): HintMeasured => {
  const measured = all
    .flatMap(({ backwards, calibration }) => [calibration.none, backwards.calibration.none])
    .filter(({ share }) => share > 0)
  const range = (values: ReadonlyArray<number>) => ({ least: Math.min(...values), greatest: Math.max(...values) })
  return { precision: range(measured.map((one) => one.precision)), recall: range(measured.map((one) => one.recall)) }
}

/** Whether the package says something else of the hint than what was measured. */
export const isHintOutdated = (all: ReadonlyArray<Measured>): boolean => {
  const measured = hint(all)
  return (["precision", "recall"] as const).some((what) =>
    (["least", "greatest"] as const).some(
      (end) => Math.abs(measured[what][end] - calibrationAsvs.hint[what][end]) > 0.01
    )
  )
}

/** The pairs whose nDCG@10 is lower than before by more than is allowed. */
export const worse = (all: ReadonlyArray<Measured>): ReadonlyArray<string> =>
  all.flatMap(({ before, name, now }) => (now.ndcg < before.ndcg - 0.005 ? [name] : []))
