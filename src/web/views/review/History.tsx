import { createComputed, createSignal, For, on, Show } from "solid-js"
import { asked } from "../../api/Asked.ts"
import type { Answer } from "../../api/Endpoints.ts"
import { Problem } from "../../components/Problem.tsx"
import { time } from "../../Numbers.ts"
import { methodOf } from "../../Relations.ts"
import type { Relation } from "./Queue.ts"

/** How many decisions are shown at first, and how many more each time. */
const [first, step] = [20, 500]

type Decision = Answer<"GET /api/v1/decisions">["decisions"][number]
type State = Decision["after"]

const stateText = (state: State): string => (state === undefined ? "nothing" : `${state.status}, ${state.type}`)

/** Who decided what on a relation, and when: the newest first. */
export const History = (props: { readonly relation: Relation; readonly onUndo: (step: number) => void }) => {
  const [shown, setShown] = createSignal<ReadonlyArray<Decision>>([])
  const [before, setBefore] = createSignal<number>()
  const limit = () => (before() === undefined ? first : step)
  const log = asked("GET /api/v1/decisions", () => {
    const { sources, targets, to } = props.relation
    return {
      query: {
        source: sources,
        ...(targets.length > 0 ? { target: targets } : { to }),
        limit: limit(),
        ...(before() !== undefined && { before: before() })
      }
    }
  })
  createComputed(
    on(log.value, (page) => {
      if (page === undefined) return
      // The same page may come again, such as for another token.
      const ids = new Set(page.decisions.map(({ id }) => id))
      setShown((known) => [...known.filter(({ id }) => !ids.has(id)), ...page.decisions])
    })
  )
  const mayHaveMore = () => !log.isLoading() && log.value()?.decisions.length === limit()
  return (
    <section class="stack close log" aria-label="Who and when">
      <h3>Who and when</h3>
      <Show when={log.error()}>{(error) => <Problem error={error()} onRetry={log.again} />}</Show>
      <ol class="stack tight" role="list">
        <For each={shown()}>
          {(decision) => (
            <li class="small">
              <span class="numbers faint">{time(decision.at)}</span> <b>{decision.by ?? "Somebody"}</b>{" "}
              {decision.undoes === undefined ? "" : `took step ${decision.undoes} back: `}
              {stateText(decision.before)} › {stateText(decision.after)}
              <Show when={decision.note}>
                {(note) => (
                  <>
                    {" "}
                    <q class="soft">{note()}</q>
                  </>
                )}
              </Show>
              <button class="button quiet small" type="button" onClick={() => props.onUndo(decision.step)}>
                Take step {decision.step} back
              </button>
            </li>
          )}
        </For>
        <Show when={mayHaveMore()}>
          <li>
            <button class="button quiet small" type="button" onClick={() => setBefore(shown().at(-1)?.id)}>
              Show earlier ones
            </button>
          </li>
        </Show>
        <li class="small">
          <span class="numbers faint">{time(props.relation.createdAt)}</span>{" "}
          {methodOf(props.relation.provenance.method)}
        </li>
      </ol>
    </section>
  )
}
