import { For, Show } from "solid-js"

const Options = (props: { readonly of: ReadonlyArray<string>; readonly value: string }) => (
  <For each={props.of}>
    {(value) => (
      <option value={value} selected={value === props.value}>
        {value}
      </option>
    )}
  </For>
)

/** One of several values, or none. */
export const Choice = (props: {
  readonly label: string
  readonly value: string
  /** What none of them is called. */
  readonly all: string
  readonly values: ReadonlyArray<string>
  /** Values that one seldom wants, under a name of their own. */
  readonly others?: { readonly label: string; readonly values: ReadonlyArray<string> }
  readonly onChoose: (value: string) => void
}) => (
  <label class="field">
    <span>{props.label}</span>
    <select class="select" value={props.value} onChange={(event) => props.onChoose(event.currentTarget.value)}>
      <option value="">{props.all}</option>
      <Options of={props.values} value={props.value} />
      <Show when={props.others !== undefined && props.others.values.length > 0 && props.others}>
        {(others) => (
          <optgroup label={others().label}>
            <Options of={others().values} value={props.value} />
          </optgroup>
        )}
      </Show>
    </select>
  </label>
)
