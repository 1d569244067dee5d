import type * as ByPair from "./byPair.ts"
import { fittedOnOthers, leftOut, mean } from "./byPair.ts"
import * as Diffs from "./diffs.ts"

const three = (value: number | undefined) =>
  value === undefined || Number.isNaN(value) ? "–" : value.toFixed(3).replace(/^(-?)0/u, "$1")

const table = (rows: ReadonlyArray<ReadonlyArray<string>>) => {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => (row[i] ?? "").length)))
  const [head = [], ...body] = rows.map((row) => `| ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(" | ")} |`)
  return [head, `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`, ...body].flat()
}

const errorsOf = ({ after25, after50, error }: ByPair.Measured["calibration"]) => [
  error,
  after25.others,
  after50.others
]

export const render = (all: ReadonlyArray<ByPair.Measured>): string => {
  const elsewhere = leftOut(all)
  const pooled = fittedOnOthers(all)
  const bothWays = all.flatMap(({ backwards, calibration, name, sources, targets }) => [
    { name, size: sources, ...calibration },
    { name: `${name}, backwards`, size: targets, ...backwards.calibration }
  ])
  return [
    "Suggestions by pair, before → now",
    ...table([
      ["pair", "nDCG@10", "first right", "one of five right"],
      ...all.map(({ before, name, now }) => [
        name,
        ...(["ndcg", "firstRight", "firstFiveRight"] as const).map(
          (key) => `${three(before[key])} → ${three(now[key])}`
        )
      ])
    ]),
    "",
    "The weights by nDCG@10 in the order of similarity; in the last column chosen on the other pairs only",
    ...table([
      ["pair", "before", "now", "best of the grid", "chosen on the others"],
      ...all.map(({ earlier, grid: own, name, shipped }, i) => {
        const { ndcg, weights } = elsewhere[i] ?? { ndcg: Number.NaN, weights: undefined }
        const { meaning = 0, trigrams = 0, words = 0 } = weights ?? {}
        return [
          name,
          three(earlier),
          three(shipped),
          three(Math.max(...own)),
          `${three(ndcg)} (${[meaning, words, trigrams].map((weight) => weight.toFixed(2)).join("/")})`
        ]
      }),
      [
        "mean",
        ...[
          all.map(({ earlier }) => earlier),
          all.map(({ shipped }) => shipped),
          all.map(({ grid }) => Math.max(...grid)),
          elsewhere.map(({ ndcg }) => ndcg)
        ].map((values) => three(mean(values)))
      ]
    ]),
    "",
    "First proposals: calibration error before a review, after one of 25 and of 50 sampled references, on those not sampled (of all)",
    ...table([
      ["pair", "proposals", "right", "bias", "at ≥ .8: right", "error", "after 25", "after 50"],
      ...bothWays.map(({ after25, after50, bias, certain, certainRight, error, name, right, size }) => [
        name,
        String(size),
        three(right),
        three(bias),
        `${certain}: ${three(certainRight)}`,
        three(error),
        ...[after25, after50].map(({ all, others }) => `${three(others)} (${three(all)})`)
      ])
    ]),
    "",
    "The calibration error of first proposals by the package → fitted on the four other pairs together",
    ...table([
      ["pair", "error", "after 25", "after 50"],
      ...bothWays.map((own, i) => {
        const others = pooled[i] === undefined ? [] : errorsOf(pooled[i])
        return [own.name, ...errorsOf(own).map((error, k) => `${three(error)} → ${three(others[k])}`)]
      }),
      [
        "mean",
        ...[0, 1, 2].map((i) =>
          [bothWays, pooled].map((errors) => three(mean(errors.flatMap((one) => errorsOf(one)[i] ?? [])))).join(" → ")
        )
      ]
    ]),
    "",
    "No counterpart: the share without one, as estimated without a review, and how good the hint is",
    ...table([
      ["pair", "share", "estimated", "hints", "precision", "recall"],
      ...bothWays.map(({ name, none }) => [
        name,
        three(none.share),
        three(none.estimated),
        String(none.hinted),
        three(none.precision),
        three(none.recall)
      ])
    ]),
    "",
    "The diff of versions, without any decision",
    ...table(Diffs.rows(all.flatMap(({ diff }) => diff ?? [])))
  ].join("\n")
}
