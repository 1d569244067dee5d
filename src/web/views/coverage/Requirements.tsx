import { For, Show } from "solid-js"
import { Growing } from "../../components/Growing.tsx"
import { referenceLink } from "../../Links.ts"
import { outgoing } from "../../Relations.ts"
import { type Covered, states } from "./Report.ts"

const State = (props: { readonly of: Covered }) => {
  const [, name, tone] = states.find(([state]) => state === props.of.state) ?? [undefined, props.of.state, ""]
  return <span class={`tag ${tone}`}>{name}</span>
}

const extents = { covered: "wholly", together: "together with others", partly: "in part" } as const

const Requirement = (props: { readonly of: Covered }) => (
  <li class="requirement">
    <div class="row">
      <h3>
        <a href={referenceLink(props.of.uri)}>{props.of.title}</a>
      </h3>
      <span class="faint mono small">{props.of.uri}</span>
      <State of={props.of} />
      <Show when={props.of.needsReview}>
        <span class="tag warn">text changed</span>
      </Show>
    </div>
    <Show when={props.of.text}>{(text) => <p class="requirement-text soft">{text()}</p>}</Show>
    <Show when={props.of.exception}>
      {(exception) => (
        <p class="small">
          {props.of.expired ? "No longer excepted" : "Excepted"} by {exception().by}: {exception().reason}
          <Show when={exception().until}>{(until) => <> (until {until()})</>}</Show>
        </p>
      )}
    </Show>
    <Show when={props.of.by.length > 0}>
      <ul class="stack requirement-by" role="list" aria-label="What covers it">
        <For each={props.of.by}>
          {(by) => (
            <li class="small">
              <a class="mono" href={referenceLink(by.uri)}>
                {by.uri}
              </a>{" "}
              <span class="soft">
                {extents[by.extent]}: {by.path.map(({ type }) => outgoing[type]).join(", ")} it
              </span>
            </li>
          )}
        </For>
        <Show when={props.of.more}>
          <li class="small faint">and more</li>
        </Show>
      </ul>
    </Show>
  </li>
)

/** Requirements with how they are covered, by what, and why not. */
export const Requirements = (props: { readonly references: ReadonlyArray<Covered> }) => (
  <Show when={props.references.length > 0} fallback={<p class="soft">There is none of this kind.</p>}>
    <Growing class="stack close" of={props.references} first={100}>
      {(reference) => <Requirement of={reference} />}
    </Growing>
  </Show>
)
