import { For } from "solid-js"
import type { Answer } from "../api/Endpoints.ts"
import { percent } from "../Numbers.ts"
import "./ScoreBar.css"

export type Hit = Answer<"GET /api/v1/search">["hits"][number]

/** The legs of a score, as they are called on the page. */
const legs = [
  ["identifier", "identifier"],
  ["semantic", "meaning"],
  ["keyword", "words"]
] as const

const shown = (number: number): string => number.toFixed(2)

/** The parts of a hit's score, in words: `0.93 = meaning 0.70 + words 0.23`. */
export const sumOf = ({ explanation, score }: Hit): string => {
  const parts = legs.flatMap(([leg, name]) => {
    const part = explanation[leg]
    return part === undefined ? [] : [`${name} ${shown(part.contribution)}`]
  })
  return `${shown(score)} = ${parts.join(" + ")}`
}

/**
 * How likely a hit answers the query, as a bar and a number, and how identifier, meaning and words share in that. The score itself
 * compares hits of one search only: the best of them has the most, also where nothing is relevant. So it is told, not drawn.
 */
export const ScoreBar = (props: { readonly hit: Hit }) => (
  <span class="score" title={`Score among these hits: ${sumOf(props.hit)}`}>
    <svg class="score-bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
      <For each={partsOf(props.hit)}>
        {({ leg, start, width }) => <rect class={`score-${leg}`} x={start} y="0" width={width} height="6" />}
      </For>
    </svg>
    <span class="score-relevance numbers">{percent(props.hit.relevance)} relevant</span>
    <span class="unseen">; score {sumOf(props.hit)}</span>
  </span>
)

const partsOf = ({ explanation, relevance }: Hit) => {
  const parts = legs.map(([leg]) => ({ leg, part: Math.max(0, explanation[leg]?.contribution ?? 0) }))
  const sum = parts.reduce((sum, { part }) => sum + part, 0)
  let start = 0
  return parts.flatMap(({ leg, part }) => {
    const width = sum === 0 ? 0 : (100 * relevance * part) / sum
    start += width
    return width === 0 ? [] : [{ leg, start: start - width, width }]
  })
}

/** What the colours of a bar mean. */
export const ScoreLegend = () => (
  <ul class="legend" role="list" aria-label="What makes a hit relevant">
    <For each={legs}>
      {([leg, name]) => (
        <li>
          <i class={`legend-key legend-${leg}`} />
          {name}
        </li>
      )}
    </For>
  </ul>
)
