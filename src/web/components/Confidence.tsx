import type { Answer } from "../api/Endpoints.ts"
import { percent } from "../Numbers.ts"
import "./Confidence.css"

type Item = Answer<"GET /api/v1/review">["items"][number]

/** What a confidence is worth; an order where nobody has decided on a sample of its catalogs. */
export type ConfidenceIs = Item["confidenceIs"]

const meanings: Readonly<Record<ConfidenceIs, string>> = {
  given: "how sure whoever said it is",
  probability: "how likely it is right, by decisions on a sample",
  order: "what to look at first; not a probability until a sample was decided on"
}

/** How sure something is, as a bar and a number: `87%`, or `order 0.87`. Nothing that was only proposed is certain, nor impossible. */
export const Confidence = (props: {
  readonly value: number
  readonly is: ConfidenceIs
  /** It was only proposed. */
  readonly isProposed: boolean
}) => {
  const value = () => (props.isProposed ? Math.min(0.99, Math.max(0.01, props.value)) : props.value)
  const text = () => (props.is === "order" ? `order ${value().toFixed(2)}` : percent(value()))
  return (
    <span class="confidence" title={`${text()}: ${meanings[props.is]}`}>
      <svg class="confidence-bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
        <rect width={100 * props.value} height="4" />
      </svg>
      <span class="numbers">{text()}</span>
    </span>
  )
}

/** How sure a relation is. */
export const ConfidenceOf = (props: { readonly item: Pick<Item, "relation" | "confidenceIs"> }) => (
  <Confidence
    value={props.item.relation.confidence}
    is={props.item.confidenceIs}
    isProposed={props.item.relation.status === "suggested"}
  />
)
