import { createMemo, Show } from "solid-js"
import { VirtualList } from "../../components/VirtualList.tsx"
import { nameOf } from "../../Relations.ts"
import type { Query } from "../../Query.ts"
import { inOrder } from "./Catalogs.ts"
import { ChangeDetail, changeName } from "./ChangeDetail.tsx"
import { Chips } from "./Chips.tsx"
import { type Change, type Changes, Kinds, kinds } from "./Kinds.tsx"

const referenceOf = ({ after, before }: Change) => before ?? after[0]?.reference
const uriOf = (change: Change): string => referenceOf(change)?.uri ?? ""

/** All that changed between two catalogs, by kind, and one change of it word by word. */
export const ChangeList = (props: { readonly changes: Changes; readonly query: Query }) => {
  const sorted = createMemo(() =>
    props.changes.changes
      .map((change) => {
        const reference = referenceOf(change)
        return { change, name: reference === undefined ? "" : nameOf(reference) }
      })
      .toSorted((a, b) => inOrder(a.name, b.name))
      .map(({ change }) => change)
  )
  const isChanged = (change: Change) => !change.kinds.includes("unchanged")
  const chosen = () => props.query.list("kind")
  const shown = createMemo(() =>
    sorted().filter((change) =>
      chosen().length === 0 ? isChanged(change) : change.kinds.some((kind) => chosen().includes(kind))
    )
  )
  const current = createMemo(() => {
    const index = shown().findIndex((change) => uriOf(change) === props.query.text("at"))
    return index < 0 ? 0 : index
  })
  return (
    <>
      <Chips
        label="Kinds of change"
        all={{ name: "all changes", count: sorted().filter(isChanged).length }}
        chips={(Object.keys(kinds) as ReadonlyArray<keyof typeof kinds>).map((kind) => ({
          value: kind,
          name: kind,
          count: props.changes.totals[kind]
        }))}
        chosen={chosen()}
        onChoose={(kind) => props.query.set({ kind, at: undefined })}
      />
      <Show
        when={shown()[current()]}
        fallback={
          <div class="empty">
            <h2>Nothing of this kind changed</h2>
            <p>
              {props.changes.before} and {props.changes.after} say the same here.
            </p>
          </div>
        }
      >
        {(change) => (
          <div class="beside">
            <VirtualList label="Changes" items={shown()} keyOf={uriOf} rowHeight={58} current={current()}>
              {(item, index) => (
                <button
                  type="button"
                  class="list-row"
                  aria-current={index === current() ? "true" : undefined}
                  onClick={() => props.query.set({ at: uriOf(item()) })}
                >
                  <span class="change-row">
                    <span class="mono">{changeName(item())}</span>
                    <Kinds change={item()} />
                  </span>
                  <span class="soft small clip">{referenceOf(item())?.title}</span>
                </button>
              )}
            </VirtualList>
            <ChangeDetail change={change()} of={props.changes} />
          </div>
        )}
      </Show>
    </>
  )
}
