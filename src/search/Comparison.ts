import { Effect, Schema } from "effect"
import { decodeInput } from "../domain/Input.ts"
import { quote } from "../domain/Quote.ts"
import { ValidationError } from "../domain/ValidationError.ts"
import * as Measures from "./Measures.ts"
import { Ranking } from "./Ranking.ts"

/** How two runs are compared. */
export const CompareOptions = Schema.Struct({
  /** Of the bootstrap: the same seed gives the same intervals. Default: 1. */
  seed: Schema.optional(Schema.Finite)
})
export type CompareOptions = typeof CompareOptions.Type

/** How much the second run is better than the first, by one measure. */
export interface Difference {
  /** The mean over the queries of second − first, from −1 to 1. */
  readonly mean: number
  /** The 95 % bootstrap interval of the mean. Where it holds 0, the queries do not tell which is better. */
  readonly interval: readonly [number, number]
  /** How many queries the second run answers better, and how many worse. */
  readonly better: number
  readonly worse: number
}

/** How two runs answered one query. */
export interface QueryDifference {
  readonly query: string
  readonly first: Measures.Scores
  readonly second: Measures.Scores
}

/** Two runs over the same queries. */
export interface Comparison {
  readonly queries: number
  /** The means over the queries. */
  readonly first: Measures.Scores
  readonly second: Measures.Scores
  readonly differences: Readonly<Record<Measures.Measure, Difference>>
  /** In the order of the first run. */
  readonly perQuery: ReadonlyArray<QueryDifference>
}

const Rankings = Schema.Array(Ranking).check(Schema.isMinLength(1))

const decodeRuns = {
  first: decodeInput(Rankings, "first", "first."),
  second: decodeInput(Rankings, "second", "second.")
}
const decodeOptions = decodeInput(Schema.UndefinedOr(CompareOptions), "options")

/** Less than this is a rounding error. */
const negligible = 1e-12

const differenceOf = (differences: ReadonlyArray<number>, seed: number): Difference => ({
  mean: Measures.mean(differences),
  interval: Measures.interval(differences, seed),
  better: differences.filter((difference) => difference > negligible).length,
  worse: differences.filter((difference) => difference < -negligible).length
})

const unequal = (field: "first" | "second", constraint: string) =>
  new ValidationError({ field, value: undefined, constraint, expected: "two runs over the same queries, each once" })

/** The scores of a run by query. */
const byQuery = (rankings: ReadonlyArray<Ranking>) =>
  new Map(rankings.map(({ query, scores }) => [query, scores] as const))

/**
 * Compares two runs over the same queries: those of two models, modes or settings, from the `rankings` that an evaluation
 * of the same collection gave. The differences are taken query by query, so that how hard a query is falls out: their
 * intervals are of the paired bootstrap over the queries (B. Efron and R. Tibshirani, An Introduction to the Bootstrap,
 * 1993; for retrieval T. Sakai, SIGIR 2006), by percentiles of 1000 draws.
 *
 * @example
 * import { Effect } from "effect"
 * import { Evaluation } from "crosswalk"
 *
 * const rank = (query: string, hit: number) => ({
 *   query,
 *   documents: [],
 *   scores: { "ndcg@10": hit, "mrr@10": hit, "recall@1": hit, "recall@5": hit, "recall@10": hit, "recall@20": hit,
 *     "recall@100": hit, "hit@1": hit, "hit@20": hit }
 * })
 * const { differences } = Effect.runSync(
 *   Evaluation.compare([rank("a", 0), rank("b", 1)], [rank("a", 1), rank("b", 1)])
 * )
 * console.log(differences["ndcg@10"].mean) // 0.5
 */
export const compare = Effect.fn("Evaluation.compare")(function* (
  first: ReadonlyArray<Ranking>,
  second: ReadonlyArray<Ranking>,
  options?: CompareOptions
): Effect.fn.Return<Comparison, ValidationError> {
  const runs = { first: yield* decodeRuns.first(first), second: yield* decodeRuns.second(second) }
  const { seed = 1 } = (yield* decodeOptions(options)) ?? {}
  const [ones, others] = [byQuery(runs.first), byQuery(runs.second)]
  const perQuery: Array<QueryDifference> = []
  for (const [query, scores] of ones) {
    const other = others.get(query)
    if (other === undefined) return yield* unequal("second", `does not answer the query ${quote(query)}`)
    perQuery.push({ query, first: scores, second: other })
  }
  const extra = [...others.keys()].find((query) => !ones.has(query))
  if (extra !== undefined) return yield* unequal("first", `does not answer the query ${quote(extra)}`)
  for (const run of ["first", "second"] as const) {
    if (runs[run].length > perQuery.length) return yield* unequal(run, "answers a query more than once")
  }
  const means = (of: "first" | "second") =>
    Measures.ofEach((measure) => Measures.mean(perQuery.map((answer) => answer[of][measure])))
  return {
    queries: perQuery.length,
    first: means("first"),
    second: means("second"),
    differences: Measures.ofEach((measure) =>
      differenceOf(
        perQuery.map((answer) => answer.second[measure] - answer.first[measure]),
        seed
      )
    ),
    perQuery
  }
})
