import { For, Show } from "solid-js"
import { asked } from "../../api/Asked.ts"
import { Answer } from "../../components/Answer.tsx"
import { count } from "../../Numbers.ts"
import type { Item } from "../../Relations.ts"
import { RelationItem } from "./RelationItem.tsx"

/** What is decided for comes first, what is decided against last. */
const order = ["accepted", "suggested", "rejected"]
const inOrder = (items: ReadonlyArray<Item>): ReadonlyArray<Item> =>
  items.toSorted((a, b) => order.indexOf(a.relation.status) - order.indexOf(b.relation.status))

/** How many relations show, and how much of the log is read for them. */
const limit = 200

/** The relations of a reference, those from it and those to it, with what they rest on. */
export const RelationList = (props: { readonly uri: string }) => {
  const page = asked("GET /api/v1/review", () => ({ query: { uri: props.uri, status: "any", limit } }))
  const log = asked("GET /api/v1/decisions", () => ({ query: { uri: props.uri, limit: 1000 } }))
  return (
    <section class="panel">
      <div class="panel-head">
        <h2>Relations</h2>
        <Show when={page.value()}>
          {(page) => (
            <span class="faint small numbers">
              {count(page().items.length)}
              {page().next === undefined ? "" : " and more"}
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
                {(item) => <RelationItem uri={props.uri} item={item} log={log.value()?.decisions ?? []} />}
              </For>
            </ul>
          </Show>
        )}
      </Answer>
    </section>
  )
}
