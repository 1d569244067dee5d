import { createSignal, Match, Show, Switch } from "solid-js"
import { ask } from "../../api/Client.ts"
import { Problem } from "../../components/Problem.tsx"
import { many } from "../../Numbers.ts"
import type { Query } from "../../Query.ts"

/** Nothing is to be reviewed: says why, and suggests relations where two catalogs are chosen. */
export const Nothing = (props: { readonly query: Query; readonly onSuggested: () => void }) => {
  const [error, setError] = createSignal<unknown>()
  const [isBusy, setIsBusy] = createSignal(false)
  const [said, setSaid] = createSignal("")
  const from = () => props.query.text("from")
  const to = () => props.query.text("to")

  const suggest = async () => {
    setIsBusy(true)
    setError(undefined)
    try {
      const { stored } = await ask("POST /api/v1/suggestions", { payload: { from: from(), to: to() } })
      if ((stored?.saved ?? 0) > 0) props.onSuggested()
      else setSaid(`Nothing new: ${many(stored?.kept ?? 0, "pair was", "pairs were")} decided before.`)
    } catch (reason) {
      setError(() => reason)
    } finally {
      setIsBusy(false)
    }
  }

  return (
    <div class="empty">
      <Switch
        fallback={
          <>
            <h2>Nothing to decide</h2>
            <p>Choose a catalog from which and one to which relations go; suggestions can be made between the two.</p>
          </>
        }
      >
        <Match when={props.query.text("show") !== ""}>
          <h2>There is nothing of this kind</h2>
          <p>No relation passes. Choose other catalogs, or show all.</p>
        </Match>
        <Match when={from() !== "" && to() !== "" && from() !== to()}>
          <h2>Nothing to decide between these two</h2>
          <p>Counterparts can be suggested for every requirement of {from()}; nothing that was decided changes.</p>
          <button class="button primary" type="button" disabled={isBusy()} onClick={() => void suggest()}>
            {isBusy() ? "Comparing texts…" : `Suggest counterparts in ${to()}`}
          </button>
          <p role="status">{said()}</p>
        </Match>
      </Switch>
      <Show when={error()}>{(error) => <Problem error={error()} />}</Show>
    </div>
  )
}
