import type { Degraded } from "../domain/Degraded.ts"
import type { Leg } from "../domain/Explanation.ts"
import type { FacetCount, Facets } from "../domain/Facets.ts"
import type { Hit } from "../domain/Hit.ts"
import type { SearchResult } from "../domain/SearchResult.ts"
import type { ComparedBy } from "../domain/ComparedBy.ts"
import type { Output } from "./Output.ts"
import { hintOf } from "./Hint.ts"
import * as Render from "./Render.ts"
import { oneLine, type Safe, safe } from "../report/Safe.ts"

type Printer = Output["Service"]

export const hitJson = (hit: Hit) => ({
  ...Render.hitJson(hit),
  relevance: hit.relevance,
  explanation: { ...hit.explanation }
})

const leg = (name: string, { contribution, rank, scaled, score }: Leg): string =>
  `${contribution.toFixed(3)} ${name}: ${score.toFixed(3)} → ${scaled.toFixed(3)}, ` +
  (rank === undefined ? "not among its best" : `rank ${rank}`)

/** A hit with a line for what each leg adds to its score. */
export const explained = (output: Printer, hit: Hit): ReadonlyArray<Safe> => {
  const { added, identifier, keyword, semantic } = hit.explanation
  const parts = [
    ...(identifier === undefined ? [] : [leg("identifier", identifier)]),
    ...(semantic === undefined ? [] : [leg("meaning", semantic)]),
    ...(keyword === undefined ? [] : [leg("words", keyword)])
  ]
  return [
    ...Render.hits(output, [hit]),
    ...parts.map((part, i) => safe`        ${output.dim(`${i === 0 ? "=" : "+"} ${part}`)}`),
    ...(added === undefined
      ? []
      : [safe`        ${output.dim(`asked for too: ${added.map((form) => oneLine(form, 80)).join(", ")}`)}`]),
    safe`        ${output.dim(`relevance ${hit.relevance.toFixed(2)}`)}`
  ]
}

const facet = (output: Printer, name: string, counts: ReadonlyArray<FacetCount>): ReadonlyArray<Safe> =>
  counts.length === 0
    ? []
    : [
        safe`${output.bold(name)}`,
        ...counts.map(({ count, value }) => safe`${String(count).padStart(6)}  ${oneLine(value, output.width - 8)}`)
      ]

export const facets = (output: Printer, { catalogs, entityTypes, tags }: Facets): ReadonlyArray<Safe> => [
  ...facet(output, "Catalogs", catalogs),
  ...facet(output, "Types", entityTypes),
  ...facet(output, "Tags", tags)
]

const comparisons: Readonly<Record<ComparedBy, string>> = {
  sql: "compared with every embedding in the database",
  flat: "compared with every embedding in memory",
  codes: "compared with every embedding in memory",
  graph: "compared with the embeddings that the saved graph led to"
}

/** What the meaning of a query was compared with. */
export const comparedBy = (output: Printer, by: ComparedBy): Safe => safe`${output.dim(`meaning: ${comparisons[by]}`)}`

/** That only words were compared, and why. */
export const degraded = ({ problem, remedy }: Degraded): Safe => {
  const hint = remedy === undefined ? undefined : hintOf(remedy)
  const why = safe`The model failed, so only words were compared: ${problem.replace(/\.$/u, "")}`
  return hint === undefined ? why : safe`${why}. ${hint}`
}

/** What a search by meaning could not look at, in words; undefined where it looked at everything. */
export const unsearched = ({ unsearched }: SearchResult): Safe | undefined =>
  unsearched === 0
    ? undefined
    : safe`${Render.count(unsearched, "reference")} could not be compared by meaning: no embedding of the model in use. Run 'crosswalk embed'.`
