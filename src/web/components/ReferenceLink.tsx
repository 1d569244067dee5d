import { Show } from "solid-js"
import { referenceLink } from "../Links.ts"
import { nameOf, type Reference } from "../Relations.ts"

/** A reference by its name and title, as a link to it. */
export const ReferenceLink = (props: { readonly reference: Reference }) => (
  <span class="reference-link">
    <span class="mono reference-name">{nameOf(props.reference)}</span>{" "}
    <a href={referenceLink(props.reference.uri)}>{props.reference.title}</a>{" "}
    <Show when={props.reference.catalog}>{(catalog) => <span class="faint small">{catalog()}</span>}</Show>
  </span>
)
