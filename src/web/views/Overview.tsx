import { useNavigate } from "@solidjs/router"
import { For, Show } from "solid-js"
import { asked } from "../api/Asked.ts"
import type { Answer as AnswerOf } from "../api/Endpoints.ts"
import { Answer } from "../components/Answer.tsx"
import { Icon } from "../components/Icon.tsx"
import { Title } from "../components/Title.tsx"
import { catalogLink } from "../Links.ts"
import { count, many, percent } from "../Numbers.ts"
import "./Overview.css"

type Status = AnswerOf<"GET /api/v1/status">

/** What to do with a store that has nothing in it. */
const Empty = () => (
  <div class="empty">
    <h2>There is nothing here yet</h2>
    <p>Import a catalogue of requirements, as CSV, JSON, Excel, OSCAL, Markdown or another format:</p>
    <code class="command">crosswalk import requirements.csv</code>
    <p>It appears here at once; this server need not be started again.</p>
  </div>
)

/** What needs somebody, as sentences that lead there. */
const Tasks = (props: { readonly status: Status; readonly suggested: number }) => {
  const lacking = () => {
    const { embeddings } = props.status
    return embeddings === undefined ? 0 : embeddings.missing + embeddings.otherModel
  }
  const moved = () => Object.values(props.status.moved).reduce((sum, part) => sum + part, 0)
  return (
    <Show when={lacking() + moved() + props.suggested > 0}>
      <section class="stack" aria-label="What to do">
        <Show when={lacking() > 0}>
          <div class="note warn">
            <p>
              {many(lacking(), "reference")} cannot be found by meaning yet: no embedding of the model in use. Searches
              find them by their words.
            </p>
            <code class="command">crosswalk embed</code>
          </div>
        </Show>
        <Show when={moved() > 0}>
          <div class="note warn">
            <p>
              {many(moved(), "accepted relation rests", "accepted relations rest")} on a text that has changed or is
              gone.
            </p>
            <a class="button" href="/review?show=changed">
              Look at {moved() === 1 ? "it" : "them"} again
            </a>
          </div>
        </Show>
        <Show when={props.suggested > 0}>
          <div class="note">
            <p>{many(props.suggested, "suggested relation waits", "suggested relations wait")} for a decision.</p>
            <a class="button primary" href="/review">
              Review
            </a>
          </div>
        </Show>
      </section>
    </Show>
  )
}

const Figure = (props: { readonly name: string; readonly value: string; readonly more?: string | undefined }) => (
  <div class="figure">
    <dt>{props.name}</dt>
    <dd>
      <span class="figure-value numbers">{props.value}</span>
      <Show when={props.more}>
        <span class="faint small">{props.more}</span>
      </Show>
    </dd>
  </div>
)

const Catalogs = (props: { readonly catalogs: Status["catalogs"] }) => (
  <section class="panel">
    <div class="panel-head">
      <h2>Catalogs</h2>
      <span class="faint small">{count(props.catalogs.length)}</span>
    </div>
    <div class="scroll-x" tabindex="0" role="region" aria-label="Catalogs">
      <table class="table">
        <thead>
          <tr>
            <th scope="col">Catalog</th>
            <th scope="col" class="number">
              References
            </th>
            <th scope="col" class="number" title="The part that is searchable by meaning">
              By meaning
            </th>
            <th scope="col">
              <span class="unseen">Search</span>
            </th>
          </tr>
        </thead>
        <tbody>
          <For each={props.catalogs}>
            {({ embedded, id, references }) => (
              <tr>
                <td>
                  <a class="mono" href={catalogLink(id)}>
                    {id}
                  </a>
                </td>
                <td class="number">{count(references)}</td>
                <td class="number">{references === 0 ? "–" : percent(embedded / references)}</td>
                <td class="number">
                  <a href={`/search?catalog=${encodeURIComponent(id)}`} aria-label={`Search in ${id}`}>
                    Search
                  </a>
                </td>
              </tr>
            )}
          </For>
        </tbody>
      </table>
    </div>
  </section>
)

/** What is in the store, and what to do next. */
export default function Overview() {
  const status = asked("GET /api/v1/status", () => ({}))
  const review = asked("GET /api/v1/review", () => ({ query: { limit: 1 } }))
  const navigate = useNavigate()
  const search = (event: SubmitEvent & { readonly currentTarget: HTMLFormElement }) => {
    event.preventDefault()
    const text = new FormData(event.currentTarget).get("q")
    if (typeof text === "string") navigate(`/search?q=${encodeURIComponent(text)}`)
  }
  return (
    <>
      <Title text="Overview" />
      <div class="head">
        <h1>Overview</h1>
        <p class="lead">What is in this store, and what waits for somebody.</p>
      </div>
      <Answer of={status} label="Loading the overview">
        {(status) => (
          <Show when={status().references > 0} fallback={<Empty />}>
            <div class="stack overview">
              <form class="overview-search" role="search" action="/search" onSubmit={search}>
                <label class="search-box">
                  <span class="unseen">Search for</span>
                  <Icon name="search" />
                  <input
                    id="query"
                    name="q"
                    type="search"
                    autocomplete="off"
                    placeholder="In your own words, or an identifier"
                  />
                  <kbd aria-hidden="true">/</kbd>
                </label>
              </form>
              <dl class="figures">
                <Figure name="References" value={count(status().references)} />
                <Figure name="Catalogs" value={count(status().catalogs.length)} />
                <Show when={status().embeddings}>
                  {(embeddings) => (
                    <Figure
                      name="Searchable by meaning"
                      value={percent(embeddings().fresh / status().references)}
                      more={status().model?.id}
                    />
                  )}
                </Show>
              </dl>
              <Tasks status={status()} suggested={review.value()?.total ?? 0} />
              <Catalogs catalogs={status().catalogs} />
            </div>
          </Show>
        )}
      </Answer>
    </>
  )
}
