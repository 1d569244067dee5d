import { For, type JSX, Show } from "solid-js"
import { referenceLink } from "../Links.ts"
import { nameOf } from "../Relations.ts"
import "./Pair.css"

/** A reference as one reads it, with its title and text as they are given, such as with words marked. */
export const ReferenceText = (props: {
  readonly reference: {
    readonly uri: string
    readonly identifier?: string
    readonly label?: string
    readonly catalog?: string
    readonly description?: string
    readonly tags: ReadonlyArray<string>
  }
  readonly title: JSX.Element
  readonly body: JSX.Element
}) => (
  <article class="pair-text">
    <p class="pair-name">
      <a class="mono" href={referenceLink(props.reference.uri)}>
        {nameOf(props.reference)}
      </a>
      <Show when={props.reference.catalog}>{(catalog) => <span class="faint small">{catalog()}</span>}</Show>
    </p>
    <h3 class="pair-title">{props.title}</h3>
    <Show when={props.reference.description}>
      <p class="pair-body">{props.body}</p>
    </Show>
    <Show when={props.reference.tags.length > 0}>
      <p class="row">
        <For each={props.reference.tags}>{(tag) => <span class="tag">{tag}</span>}</For>
      </p>
    </Show>
  </article>
)
