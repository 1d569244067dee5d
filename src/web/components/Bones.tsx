import { Index } from "solid-js"

/** Something comes. `label` is what a reader of the screen hears. */
export const Bones = (props: { readonly label: string; readonly lines?: number }) => (
  <div class="bones" role="status">
    <span class="unseen">{props.label}</span>
    <Index each={Array.from({ length: props.lines ?? 6 })}>{() => <i />}</Index>
  </div>
)
