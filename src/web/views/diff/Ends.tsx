import { For, Show } from "solid-js"
import { referenceLink } from "../../Links.ts"

const Uris = (props: { readonly of: ReadonlyArray<string> }) => (
  <For each={props.of}>
    {(uri, index) => (
      <>
        {index() > 0 ? " + " : ""}
        <a href={referenceLink(uri)}>{uri}</a>
      </>
    )}
  </For>
)

/** What a relation is between: `ours:1 › norm:2/1`. */
export const Ends = (props: {
  readonly sources: ReadonlyArray<string>
  readonly targets: ReadonlyArray<string>
  readonly to?: string | undefined
}) => (
  <span class="mono ends">
    <Uris of={props.sources} /> ›{" "}
    <Show when={props.targets.length > 0} fallback={`none in ${props.to}`}>
      <Uris of={props.targets} />
    </Show>
  </span>
)
