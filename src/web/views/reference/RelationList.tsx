import { createMemo, For, Show } from "solid-js"
import { asked } from "../../api/Asked.ts"
import { Answer } from "../../components/Answer.tsx"
import { count } from "../../Numbers.ts"
import type { Query } from "../../Query.ts"
import type { Item } from "../../Relations.ts"
import { RelationItem } from "./RelationItem.tsx"

/** What is decided for comes first, what is decided against last. */
const order = ["accepted", "suggested", "rejected"]
const inOrder = (items: ReadonlyArray<Item>): ReadonlyArray<Item> =>
  items.toSorted((a, b) => order.indexOf(a.relation.status) - order.indexOf(b.relation.status))

/** How many relations show at first, how many more each time, and at most. */
const [first, step, most] = [100, 300, 1000]

/** So many decisions on a reference are read, the newest. */
const mostDecisions = 1000

/** The relations of a reference, those from it and those to it, with what they rest on. */
export const RelationList = (props: { readonly uri: string; readonly query: Query }) => {
  const limit = createMemo(() =>
    Math.min(most, Math.max(first, Math.floor(Number(props.query.text("relations"))) || first))
  )
  const page = asked("GET /api/v1/review", () => ({ query: { uri: props.uri, status: "any", limit: limit() } }))
  const log = asked("GET /api/v1/decisions", () => ({ query: { uri: props.uri, limit: mostDecisions } }))
  const isWhole = () => (log.value()?.decisions.length ?? 0) < mostDecisions
  return (
    <section class="panel">
      <div class="panel-head">
        <h2>Relations</h2>
        <Show when={page.value()}>
          {(page) => (
            <span class="faint small numbers">
              {page().next === undefined ? "" : `${count(page().items.length)} of `}
              {count(page().total)}
            </span>
          )}
        </Show>
      </div>
      <Answer of={page} label="Loading the relations" lines={3}>
        {(page) => (
          <Show
            when={page().items.length > 0}
            fallback={
              <p class="panel-body soft">It is related to nothing yet. Suggestions for its catalog would show here.</p>
            }
          >
            <ul class="relations" role="list">
              <For each={inOrder(page().items)}>
                {(item) => <RelationItem uri={props.uri} item={item} log={log} isWhole={isWhole()} />}
              </For>
            </ul>
            <Show when={page().next !== undefined}>
              <div class="panel-body row">
                <Show when={limit() < most}>
                  <button
                    class="button"
                    type="button"
                    onClick={() => props.query.set({ relations: String(Math.min(most, limit() + step)) })}
                  >
                    Show more
                  </button>
                </Show>
                <a href={`/review?show=any&uri=${encodeURIComponent(props.uri)}`}>
                  All {count(page().total)} in the review
                </a>
              </div>
            </Show>
          </Show>
        )}
      </Answer>
    </section>
  )
}
