import { For, Show } from "solid-js"
import { Marked } from "../../components/Marked.tsx"
import { type Hit, ScoreBar } from "../../components/ScoreBar.tsx"
import { referenceLink } from "../../Links.ts"

const HitItem = (props: { readonly hit: Hit; readonly stems: ReadonlySet<string> }) => {
  const reference = () => props.hit.reference
  return (
    <li class="opens hit">
      <div class="hit-top">
        <Show when={reference().identifier ?? reference().label}>
          {(name) => <span class="hit-name mono">{name()}</span>}
        </Show>
        <Show when={reference().catalog}>{(catalog) => <span class="faint small">{catalog()}</span>}</Show>
        <Show when={reference().role !== "requirement"}>
          <span class="tag">{reference().role}</span>
        </Show>
      </div>
      <h2 class="hit-title">
        <a class="hit-link" href={referenceLink(reference().uri)}>
          <Marked text={reference().title} stems={props.stems} />
        </a>
      </h2>
      <Show when={reference().description}>
        {(text) => (
          <p class="hit-text">
            <Marked text={text()} stems={props.stems} />
          </p>
        )}
      </Show>
      <div class="hit-score">
        <ScoreBar hit={props.hit} />
      </div>
    </li>
  )
}

/** What a search found, best first. */
export const HitList = (props: {
  readonly ref: (element: HTMLOListElement) => void
  readonly hits: ReadonlyArray<Hit>
  readonly stems: ReadonlySet<string>
}) => (
  <ol class="hits" role="list" ref={props.ref}>
    <For each={props.hits}>{(hit) => <HitItem hit={hit} stems={props.stems} />}</For>
  </ol>
)
