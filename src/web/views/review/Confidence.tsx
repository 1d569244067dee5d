import { Show } from "solid-js"
import { percent } from "../../Numbers.ts"
import type { Item } from "./Queue.ts"

/** Nothing that was only proposed is certain, nor impossible. */
const bounded = ({ confidence, status }: Item["relation"]): number =>
  status === "suggested" ? Math.min(0.99, Math.max(0.01, confidence)) : confidence

const meanings: Readonly<Record<Item["confidenceIs"], string>> = {
  given: "how sure whoever said it is",
  probability: "how likely it is right, by decisions on a sample",
  order: "what to look at first; not a probability until a sample was decided on"
}

/** The confidence of a relation in words: `87%`, or `order 0.87`. */
export const confidenceText = ({ confidenceIs, relation }: Item): string =>
  confidenceIs === "order" ? `order ${bounded(relation).toFixed(2)}` : percent(bounded(relation))

/** How sure a relation is, as a bar and a number. */
export const Confidence = (props: { readonly item: Item; readonly words?: boolean }) => (
  <span class="confidence" title={`${confidenceText(props.item)}: ${meanings[props.item.confidenceIs]}`}>
    <svg class="confidence-bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
      <rect width={100 * props.item.relation.confidence} height="4" />
    </svg>
    <span class="numbers">{confidenceText(props.item)}</span>
    <Show when={props.words}>
      <span class="faint">{meanings[props.item.confidenceIs]}</span>
    </Show>
  </span>
)
