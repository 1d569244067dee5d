import { createMemo, For, Match, Show, Switch } from "solid-js"
import { asked } from "../api/Asked.ts"
import { whole } from "../api/Whole.ts"
import { Answer } from "../components/Answer.tsx"
import { Bones } from "../components/Bones.tsx"
import { Choice } from "../components/Choice.tsx"
import { Problem } from "../components/Problem.tsx"
import { Rest } from "../components/Rest.tsx"
import { Segments } from "../components/Segments.tsx"
import { Title } from "../components/Title.tsx"
import { type Query, useQuery } from "../Query.ts"
import { CarryOver } from "./diff/CarryOver.tsx"
import { pairsOf, versionsOf } from "./diff/Catalogs.ts"
import { ChangeList } from "./diff/ChangeList.tsx"
import "./Diff.css"

const linkOf = (before: string, after: string): string =>
  `/diff?before=${encodeURIComponent(before)}&after=${encodeURIComponent(after)}`

const shows = [
  ["", "What changed"],
  ["carry", "Carry relations over"]
] as const

/** Chooses the two editions: versions of one catalog before others. */
const Scope = (props: { readonly query: Query; readonly catalogs: ReadonlyArray<string> }) => {
  const before = () => props.query.text("before")
  const versioned = () => props.catalogs.filter((id) => versionsOf(id, props.catalogs).length > 0)
  const others = (best: ReadonlyArray<string>, than = "") =>
    props.catalogs.filter((id) => !best.includes(id) && id !== than)
  const versions = () => (before() === "" ? versioned() : versionsOf(before(), props.catalogs))
  return (
    <form class="fields" aria-label="What to compare" onSubmit={(event) => event.preventDefault()}>
      <div class="line">
        <Segments
          legend="What to look at"
          name="show"
          options={shows}
          value={props.query.text("show")}
          onChoose={(show) => props.query.set({ show })}
        />
      </div>
      <Choice
        label="Before"
        all="choose a catalog"
        value={before()}
        values={versioned()}
        others={{ label: "with one version", values: others(versioned()) }}
        onChoose={(before) => {
          const [only, ...more] = versionsOf(before, props.catalogs)
          const after = only !== undefined && more.length === 0 ? only : undefined
          props.query.set({ before, after, kind: undefined, at: undefined, outcome: undefined })
        }}
      />
      <Choice
        label="After"
        all="choose a catalog"
        value={props.query.text("after")}
        values={versions()}
        others={{ label: "other catalogs", values: others(versions(), before()) }}
        onChoose={(after) => props.query.set({ after, kind: undefined, at: undefined, outcome: undefined })}
      />
    </form>
  )
}

const Pairs = (props: { readonly catalogs: ReadonlyArray<string> }) => (
  <div class="empty">
    <Show
      when={pairsOf(props.catalogs).length > 0}
      fallback={
        <>
          <h2>No catalog has two versions here</h2>
          <p>Import another version of one, or choose any two catalogs to compare.</p>
        </>
      }
    >
      <h2>Which editions?</h2>
      <ul class="row" role="list">
        <For each={pairsOf(props.catalogs)}>
          {([before, after]) => (
            <li>
              <a class="button" href={linkOf(before, after)}>
                {before} › {after}
              </a>
            </li>
          )}
        </For>
      </ul>
    </Show>
  </div>
)

/** What changed from one edition of a catalog to another, and what that makes of accepted relations. All is in the URL. */
export default function Diff() {
  const query = useQuery()
  const catalogs = asked("GET /api/v1/catalogs", () => ({}))
  const pair = createMemo(() => {
    const [before, after] = [query.text("before"), query.text("after")]
    return before === "" || after === "" || before === after ? undefined : { before, after }
  })
  const diff = whole("GET /api/v1/diff", (cursor) => {
    const both = pair()
    return both === undefined || query.text("show") === "carry" ? undefined : { query: { ...both, cursor } }
  })
  const changes = () => {
    const value = diff.value()
    return value?.before === pair()?.before && value?.after === pair()?.after ? value : undefined
  }
  return (
    <>
      <Title text="Editions" />
      <div class="head">
        <h1>Editions</h1>
        <p class="lead">What changed from one version of a catalog to another, and what that makes of its relations.</p>
      </div>
      <Answer of={catalogs} label="Loading the catalogs" lines={3}>
        {(answer) => {
          const ids = createMemo(() => answer().catalogs.map(({ id }) => id))
          return (
            <>
              <Scope query={query} catalogs={ids()} />
              <Show when={pair()} fallback={<Pairs catalogs={ids()} />}>
                {(pair) => (
                  <Switch>
                    <Match when={query.text("show") === "carry"}>
                      <CarryOver query={query} catalogs={ids()} {...pair()} />
                    </Match>
                    <Match when={diff.error()}>{(error) => <Problem error={error()} onRetry={diff.again} />}</Match>
                    <Match when={changes()}>
                      {(changes) => (
                        <>
                          <Rest of={diff} noun="change" />
                          <ChangeList changes={changes()} query={query} />
                        </>
                      )}
                    </Match>
                    <Match when>
                      <Bones label="Comparing the texts" lines={9} />
                    </Match>
                  </Switch>
                )}
              </Show>
            </>
          )
        }}
      </Answer>
    </>
  )
}
