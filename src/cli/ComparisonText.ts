import type { Comparison, Difference } from "../search/Evaluation.ts"
import { measures } from "../search/Measures.ts"
import type { SearchFusion, SearchMode } from "../search/SearchOptions.ts"
import { type Safe, safe } from "../report/Safe.ts"
import { table } from "../report/TextTable.ts"

/** What a run was asked with. */
export interface Run {
  readonly mode: SearchMode
  /** `null` where the mode needs none. */
  readonly model: string | null
  readonly semanticWeight?: number | undefined
  readonly fusion?: SearchFusion | undefined
}

const runText = ({ fusion, mode, model, semanticWeight }: Run): string =>
  [
    mode,
    ...(model === null ? [] : [model]),
    ...(semanticWeight === undefined ? [] : [`semantic weight ${semanticWeight}`]),
    ...(fusion === undefined ? [] : [`fusion ${fusion}`])
  ].join(", ")

const signed = (value: number): string => {
  const text = value.toFixed(3)
  return value > 0 ? `+${text}` : text
}

const differenceText = ({ interval: [low, high], mean }: Difference): string =>
  `${signed(mean)} (${signed(low)} to ${signed(high)})`

/** Two runs beside each other, and how much the second is better. */
export const comparisonText = (
  [first, second]: readonly [Run, Run],
  comparison: Comparison,
  perQuery: boolean
): ReadonlyArray<Safe> => [
  safe`first   ${runText(first)}`,
  safe`second  ${runText(second)}`,
  safe``,
  ...table([
    ["", "first", "second", "better", "worse", "second - first (95 %)"],
    ...measures.map((measure) => {
      const difference = comparison.differences[measure]
      return [
        measure,
        comparison.first[measure].toFixed(3),
        comparison.second[measure].toFixed(3),
        `${difference.better}`,
        `${difference.worse}`,
        differenceText(difference)
      ]
    })
  ]),
  ...(perQuery ? [safe``, ...perQueryText(comparison)] : [])
]

/** The queries whose answers differ, those that lose the most first. */
const perQueryText = ({ perQuery }: Comparison): ReadonlyArray<Safe> =>
  table([
    ["ndcg@10", "first", "second", "query"],
    ...perQuery
      .map(({ first, query, second }) => ({ query, one: first["ndcg@10"], other: second["ndcg@10"] }))
      .filter(({ one, other }) => one !== other)
      .toSorted((a, b) => a.other - a.one - (b.other - b.one))
      .map(({ one, other, query }) => [signed(other - one), one.toFixed(3), other.toFixed(3), query])
  ])

/** Two runs beside each other as `--json` prints them. */
export const comparisonJson = ([first, second]: readonly [Run, Run], comparison: Comparison, perQuery: boolean) => ({
  first: { ...first, means: comparison.first },
  second: { ...second, means: comparison.second },
  differences: comparison.differences,
  ...(perQuery ? { perQuery: comparison.perQuery } : {})
})
