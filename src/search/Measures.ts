import { Schema } from "effect"
import { randomOf } from "../domain/Random.ts"

/** The relevant documents of a query with their grades, greater is better; 0 and less is not relevant. */
export type Judgements = ReadonlyMap<string, number>

/** What is measured of one ranking, each 0–1. */
export const measures = [
  "ndcg@10",
  "mrr@10",
  "recall@1",
  "recall@5",
  "recall@10",
  "recall@20",
  "recall@100",
  "hit@1",
  "hit@20"
] as const
export type Measure = (typeof measures)[number]

/** Of each measure its value. */
export const Scores = Schema.Record(Schema.Literals(measures), Schema.Finite)
export type Scores = typeof Scores.Type

/** Something of each measure. */
export const ofEach = <A>(of: (measure: Measure) => A): Record<Measure, A> => ({
  "ndcg@10": of("ndcg@10"),
  "mrr@10": of("mrr@10"),
  "recall@1": of("recall@1"),
  "recall@5": of("recall@5"),
  "recall@10": of("recall@10"),
  "recall@20": of("recall@20"),
  "recall@100": of("recall@100"),
  "hit@1": of("hit@1"),
  "hit@20": of("hit@20")
})

/** Discounted cumulative gain with linear gains, as trec_eval reckons it. */
const dcg = (grades: ReadonlyArray<number>): number =>
  grades.reduce((sum, grade, i) => sum + Math.max(0, grade) / Math.log2(i + 2), 0)

/**
 * Measures a ranking, best first, against judgements of which at least one is above 0. What the ranking lacks counts
 * against it, also what no corpus has.
 */
export const measure = (ranking: ReadonlyArray<string>, judgements: Judgements): Scores => {
  const grades = ranking.map((id) => judgements.get(id) ?? 0)
  const ideal = [...judgements.values()].sort((a, b) => b - a)
  const relevant = ideal.filter((grade) => grade > 0).length
  const first = grades.findIndex((grade) => grade > 0)
  const recall = (k: number) => grades.slice(0, k).filter((grade) => grade > 0).length / relevant
  const hit = (k: number) => (first >= 0 && first < k ? 1 : 0)
  return {
    "ndcg@10": dcg(grades.slice(0, 10)) / dcg(ideal.slice(0, 10)),
    "mrr@10": hit(10) === 1 ? 1 / (first + 1) : 0,
    "recall@1": recall(1),
    "recall@5": recall(5),
    "recall@10": recall(10),
    "recall@20": recall(20),
    "recall@100": recall(100),
    "hit@1": hit(1),
    "hit@20": hit(20)
  }
}

/** Of at least one value. */
export const mean = (values: ReadonlyArray<number>) => values.reduce((sum, value) => sum + value, 0) / values.length

/** How often the queries are drawn again. */
const resamples = 1000

/**
 * The 95 % bootstrap interval of a mean: the range in which it lies in 95 of 100 draws of as many values, with
 * replacement. The same seed gives the same interval.
 */
export const interval = (values: ReadonlyArray<number>, seed: number): readonly [number, number] => {
  const next = randomOf(seed)
  const means = Array.from({ length: resamples }, () => {
    let sum = 0
    for (let i = 0; i < values.length; i++) sum += values[Math.floor(next() * values.length)] ?? 0
    return sum / values.length
  }).sort((a, b) => a - b)
  const at = (share: number) => means[Math.floor(share * (resamples - 1))] ?? 0
  return [at(0.025), at(0.975)]
}

/** The means over queries, of which there is at least one, and their intervals. */
export const summarise = (scores: ReadonlyArray<Scores>, seed: number) => {
  const of = (measure: Measure) => scores.map((score) => score[measure])
  return {
    means: ofEach((measure) => mean(of(measure))),
    intervals: ofEach((measure) => interval(of(measure), seed))
  }
}
