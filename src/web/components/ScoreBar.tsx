import { For } from "solid-js"
import type { Answer } from "../api/Endpoints.ts"
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

/** How identifier, meaning and words make the score of a hit; `best` is the largest score that is shown beside it. */
export const ScoreBar = (props: { readonly hit: Hit; readonly best: number }) => (
  <span class="score" title={sumOf(props.hit)}>
    <span class="unseen">Score {sumOf(props.hit)}</span>
    <svg class="score-bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
      <For each={partsOf(props.hit, props.best)}>
        {({ leg, start, width }) => <rect class={`score-${leg}`} x={start} y="0" width={width} height="6" />}
      </For>
    </svg>
    <span class="score-number numbers" aria-hidden="true">
      {shown(props.hit.score)}
    </span>
  </span>
)

const partsOf = ({ explanation }: Hit, best: number) => {
  let start = 0
  return legs.flatMap(([leg]) => {
    const width = best <= 0 ? 0 : (100 * Math.max(0, explanation[leg]?.contribution ?? 0)) / best
    start += width
    return width === 0 ? [] : [{ leg, start: start - width, width }]
  })
}

/** What the colours of a bar mean. */
export const ScoreLegend = () => (
  <ul class="legend" role="list" aria-label="What a score is made of">
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
