import { createMemo, For, Show } from "solid-js"
import { asked } from "../api/Asked.ts"
import type { Answer as AnswerOf } from "../api/Endpoints.ts"
import { Answer } from "../components/Answer.tsx"
import { Icon } from "../components/Icon.tsx"
import "../components/ScoreBar.css"
import { Title } from "../components/Title.tsx"
import { catalogLink, webAddress } from "../Links.ts"
import { date } from "../Numbers.ts"
import { useQuery } from "../Query.ts"
import { Metadata } from "./reference/Metadata.tsx"
import { Neighbours } from "./reference/Neighbours.tsx"
import { RelationList } from "./reference/RelationList.tsx"
import "./Reference.css"

type Shown = AnswerOf<"GET /api/v1/references/:uri">

/** Under which names sources keep the address where a reference was published. */
const addresses = ["url", "link", "href", "source"]

/** Where a reference was published, if that is said. */
const sourceOf = ({ metadata, uri }: Shown): string | undefined => {
  const own = webAddress(uri)
  if (own !== undefined || typeof metadata !== "object" || metadata === null || Array.isArray(metadata)) return own
  const texts = Object.entries(metadata).flatMap(([name, value]) =>
    addresses.includes(name.toLowerCase()) && typeof value === "string" ? [value] : []
  )
  return texts.map(webAddress).find((address) => address !== undefined)
}

const Head = (props: { readonly reference: Shown }) => {
  const name = () => props.reference.label ?? props.reference.identifier
  return (
    <header class="reference-head">
      <nav aria-label="Where it is" class="row small">
        <Show when={props.reference.catalog} fallback={<a href="/browse">All references</a>}>
          {(catalog) => <a href={catalogLink(catalog())}>{catalog()}</a>}
        </Show>
        <Show when={name()}>
          {(name) => (
            <>
              <span class="faint" aria-hidden="true">
                /
              </span>
              <span class="mono">{name()}</span>
            </>
          )}
        </Show>
      </nav>
      <h1>{props.reference.title}</h1>
      <div class="row">
        <span class="tag">{props.reference.entityType}</span>
        <Show when={props.reference.role !== props.reference.entityType}>
          <span class="tag">{props.reference.role}</span>
        </Show>
        <For each={props.reference.tags}>
          {(tag) => (
            <a class="tag" href={`/browse?tag=${encodeURIComponent(tag)}`}>
              {tag}
            </a>
          )}
        </For>
        <Show when={sourceOf(props.reference)}>
          {(address) => (
            <a class="source small" href={address()} rel="external noopener noreferrer" target="_blank">
              Where it was published <Icon name="out" />
            </a>
          )}
        </Show>
      </div>
    </header>
  )
}

/** A reference: its text, and what it is near and related to. */
export default function Reference() {
  const query = useQuery()
  const uri = createMemo(() => query.text("uri"))
  const reference = asked("GET /api/v1/references/:uri", () => (uri() === "" ? undefined : { params: { uri: uri() } }))
  return (
    <Show
      when={uri() !== ""}
      fallback={
        <div class="empty">
          <h1>No reference was named</h1>
          <p>The address of a reference has its URI: /reference?uri=…</p>
          <a class="button" href="/browse">
            Browse
          </a>
        </div>
      }
    >
      <Answer of={reference} label="Loading the reference">
        {(reference) => (
          <article>
            <Title text={reference().title} />
            <Head reference={reference()} />
            <div class="reference-body">
              <div class="stack">
                <Show
                  when={reference().description}
                  fallback={<p class="soft">It has a title only, and no further text.</p>}
                >
                  {(text) => <p class="reference-text">{text()}</p>}
                </Show>
                <RelationList uri={uri()} query={query} />
              </div>
              <aside class="stack" aria-label="More about it">
                <Neighbours uri={uri()} query={query} />
                <section class="panel">
                  <div class="panel-head">
                    <h2>Details</h2>
                  </div>
                  <div class="panel-body details">
                    <Show when={reference().metadata !== undefined}>
                      <Metadata of={reference().metadata} />
                    </Show>
                    <dl class="metadata">
                      <div>
                        <dt>URI</dt>
                        <dd class="mono small">{reference().uri}</dd>
                      </div>
                      <div>
                        <dt>first saved</dt>
                        <dd>{date(reference().createdAt)}</dd>
                      </div>
                      <div>
                        <dt>last changed</dt>
                        <dd>{date(reference().updatedAt)}</dd>
                      </div>
                    </dl>
                  </div>
                </section>
              </aside>
            </div>
          </article>
        )}
      </Answer>
    </Show>
  )
}
