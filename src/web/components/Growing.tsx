import { createSignal, For, type JSX, Show } from "solid-js"
import { count } from "../Numbers.ts"

/** A list of which the beginning shows, and more of it on demand: always as much again as is there. */
export const Growing = <A,>(props: {
  readonly of: ReadonlyArray<A>
  /** How many show at first. */
  readonly first: number
  readonly class?: string
  /** What it lists, for a reader of the screen. */
  readonly label?: string
  readonly children: (one: A) => JSX.Element
}) => {
  const [shown, setShown] = createSignal(props.first)
  return (
    <>
      <ul class={props.class} role="list" aria-label={props.label}>
        <For each={props.of.slice(0, shown())}>{(one) => props.children(one)}</For>
      </ul>
      <Show when={shown() < props.of.length}>
        <div class="row">
          <button class="button" type="button" onClick={() => setShown((shown) => shown * 2)}>
            Show more
          </button>
          <span class="faint small numbers">
            {count(shown())} of {count(props.of.length)}
          </span>
        </div>
      </Show>
    </>
  )
}
