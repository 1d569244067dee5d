import { For } from "solid-js"
import { count } from "../../Numbers.ts"
import { nameOf, type Points } from "./Points.ts"
import { colours, type Shape, shapeOf } from "./Scene.ts"

const paths: Readonly<Record<Shape, string>> = {
  circle: "M8 3a5 5 0 1 0 0 10A5 5 0 0 0 8 3Z",
  square: "M3.7 3.7h8.6v8.6H3.7Z",
  diamond: "m8 1.8 6.2 6.2L8 14.2 1.8 8Z",
  triangle: "m8 2 5.8 10.2H2.2Z"
}

/** The catalogs, with what they are drawn with; each can be hidden. */
export const Legend = (props: {
  readonly points: Points
  readonly hidden: ReadonlySet<number>
  readonly onToggle: (catalog: number) => void
}) => {
  const counts = () => {
    const all = props.points.catalogs.map(() => 0)
    for (const catalog of props.points.catalog) all[catalog] = (all[catalog] ?? 0) + 1
    return all
  }
  return (
    <fieldset class="map-legend">
      <legend>Catalogs</legend>
      <For each={props.points.catalogs}>
        {(catalog, i) => (
          <label class="check">
            <input type="checkbox" checked={!props.hidden.has(i())} onChange={() => props.onToggle(i())} />
            <svg
              viewBox="0 0 16 16"
              width="16"
              height="16"
              class={`map-colour map-colour-${i() % colours}`}
              aria-hidden="true"
            >
              <path d={paths[shapeOf(i())]} fill="currentColor" />
            </svg>
            <span class="map-name clip">{nameOf(catalog)}</span>
            <span class="faint small">{count(counts()[i()] ?? 0)}</span>
          </label>
        )}
      </For>
    </fieldset>
  )
}
