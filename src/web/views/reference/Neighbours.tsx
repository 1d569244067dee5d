import { For, Show } from "solid-js"
import { asked } from "../../api/Asked.ts"
import { Answer } from "../../components/Answer.tsx"
import { referenceLink } from "../../Links.ts"
import type { Query } from "../../Query.ts"
import { nameOf } from "../../Relations.ts"

/** What is nearest to a reference in meaning, of all catalogs or of one. */
export const Neighbours = (props: { readonly uri: string; readonly query: Query }) => {
  const catalogs = asked("GET /api/v1/catalogs", () => ({}))
  const similar = asked("GET /api/v1/references/:uri/similar", () => ({
    params: { uri: props.uri },
    query: { limit: 10, catalog: props.query.text("near") || undefined }
  }))
  return (
    <section class="panel">
      <div class="panel-head">
        <h2>Near in meaning</h2>
        <Show when={(catalogs.value()?.catalogs.length ?? 0) > 1}>
          <select
            class="select small"
            aria-label="Near in meaning: of which catalog"
            onChange={(event) => props.query.set({ near: event.currentTarget.value })}
          >
            <option value="">All catalogs</option>
            <For each={catalogs.value()?.catalogs}>
              {({ id }) => (
                <option value={id} selected={props.query.text("near") === id}>
                  {id}
                </option>
              )}
            </For>
          </select>
        </Show>
      </div>
      <Answer of={similar} label="Looking for what is near" lines={8}>
        {(answer) => (
          <Show
            when={answer().similar.length > 0}
            fallback={<p class="panel-body soft">Nothing else has an embedding.</p>}
          >
            <ol class="neighbours" role="list">
              <For each={answer().similar}>
                {({ reference, score }) => (
                  <li class="opens neighbour">
                    <span>
                      <span class="mono reference-name">{nameOf(reference)}</span>{" "}
                      <Show when={props.query.text("near") === ""}>
                        <span class="faint small">{reference.catalog}</span>
                      </Show>
                    </span>
                    <a class="hit-link" href={referenceLink(reference.uri)}>
                      {reference.title}
                    </a>
                    <span class="score">
                      <svg class="score-bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
                        <rect class="score-semantic" width={100 * score} height="6" />
                      </svg>
                      <span class="unseen">Cosine </span>
                      <span class="score-number numbers">{score.toFixed(2)}</span>
                    </span>
                  </li>
                )}
              </For>
            </ol>
          </Show>
        )}
      </Answer>
    </section>
  )
}
