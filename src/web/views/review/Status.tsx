import { Show } from "solid-js"
import type { Relation } from "./Queue.ts"

const tones = { suggested: "", accepted: "good", rejected: "bad" } as const

/** Where a relation stands. */
export const Status = (props: { readonly relation: Relation }) => (
  <>
    <span class={`tag ${tones[props.relation.status]}`}>{props.relation.status}</span>
    <Show when={props.relation.needsReview}>
      <span class="tag warn" title="A text that this rests on has changed since">
        text changed
      </span>
    </Show>
  </>
)
