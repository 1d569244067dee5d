import { For } from "solid-js"

/** One of a few, all of which show. */
export const Segments = <V extends string>(props: {
  /** What is chosen, for a reader of the screen. */
  readonly legend: string
  readonly name: string
  readonly options: ReadonlyArray<readonly [value: V, label: string]>
  readonly value: string
  readonly onChoose: (value: V) => void
}) => (
  <fieldset class="segments">
    <legend class="unseen">{props.legend}</legend>
    <For each={props.options}>
      {([value, label]) => (
        <label>
          <input
            type="radio"
            name={props.name}
            checked={props.value === value}
            onChange={() => props.onChoose(value)}
          />
          {label}
        </label>
      )}
    </For>
  </fieldset>
)
