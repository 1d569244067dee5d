import { createSignal, For, Match, Show, Switch } from "solid-js"
import { asked } from "../../api/Asked.ts"
import { ask } from "../../api/Client.ts"
import type { Answer, Request } from "../../api/Endpoints.ts"
import { Bones } from "../../components/Bones.tsx"
import { Dialog } from "../../components/Dialog.tsx"
import { Problem } from "../../components/Problem.tsx"
import { Segments } from "../../components/Segments.tsx"
import { count, many } from "../../Numbers.ts"
import { reviewer } from "../../Reviewer.ts"
import type { Wanted } from "./Scope.tsx"
import { type Type, types } from "./Types.ts"

type Payload = Request<"POST /api/v1/decisions/preview">["payload"]
type Change = Answer<"POST /api/v1/decisions/preview">["changes"][number]

const verdicts = [
  ["accepted", "Accept"],
  ["rejected", "Reject"]
] as const

/** How many changes show. */
const shown = 50

const filterOf = ({ level, where: _where, ...filter }: Wanted): Payload["filter"] => ({
  ...filter,
  ...(level !== undefined && { reference: { level } })
})

const endsText = ({ sources, targets, to }: Change): string =>
  `${sources.join(" + ")} › ${targets.length === 0 ? `none in ${to}` : targets.join(" + ")}`

/** Decides on all that pass the filter, after showing what that would change. `onClose` is told what was done. */
export const Bulk = (props: { readonly wanted: Wanted; readonly onClose: (done: string | undefined) => void }) => {
  const [status, setStatus] = createSignal<"accepted" | "rejected">("accepted")
  const [as, setAs] = createSignal<Type>()
  const [note, setNote] = createSignal("")
  const [force, setForce] = createSignal(false)
  const [error, setError] = createSignal<unknown>()
  const [isBusy, setIsBusy] = createSignal(false)
  const payload = (): Payload => ({
    filter: filterOf(props.wanted),
    verdict: {
      status: status(),
      ...(as() !== undefined && { as: as() }),
      ...(note().trim() !== "" && { note: note().trim() }),
      ...(reviewer() !== undefined && { by: reviewer() }),
      ...(force() && { force: true })
    }
  })
  const preview = asked("POST /api/v1/decisions/preview", () => ({ payload: payload() }))
  const ready = () => (preview.isLoading() || preview.error() !== undefined ? undefined : preview.value())
  /** How many relations would change, of which the answer has the first. */
  const changing = () => ready()?.lists["changes"] ?? 0
  const refused = () => ready()?.lists["refused"] ?? 0
  const verb = () => (status() === "accepted" ? "Accept" : "Reject")

  const decide = async () => {
    setIsBusy(true)
    try {
      const { lists } = await ask("POST /api/v1/decisions/by-filter", { payload: payload() })
      const { decided = 0, refused = 0 } = lists
      const left = refused === 0 ? "" : ` ${many(refused, "relation")} could not be decided.`
      props.onClose(`${verb()}ed ${many(decided, "relation")} in one step.${left}`)
    } catch (reason) {
      setError(() => reason)
      setIsBusy(false)
    }
  }

  return (
    <Dialog title="Decide on all that pass the filter" open onClose={() => props.onClose(undefined)}>
      <div class="row">
        <Segments legend="What to decide" name="bulk" options={verdicts} value={status()} onChoose={setStatus} />
        <label class="field">
          <span>As type</span>
          <select
            class="select"
            onChange={(event) => setAs(types.find(([type]) => type === event.currentTarget.value)?.[0])}
          >
            <option value="">the one each has</option>
            <For each={types}>{([type]) => <option value={type}>{type}</option>}</For>
          </select>
        </label>
        <label class="field">
          <span>Note</span>
          <input class="input" value={note()} onChange={(event) => setNote(event.currentTarget.value)} />
        </label>
      </div>
      <Show when={props.wanted.minConfidence !== undefined && status() === "accepted"}>
        <label class="check">
          <input type="checkbox" checked={force()} onChange={(event) => setForce(event.currentTarget.checked)} />
          Accept by confidence also where no sample has shown what it is worth
        </label>
      </Show>
      <Switch fallback={<Bones label="Looking what it would change" lines={4} />}>
        <Match when={error() ?? preview.error()}>
          {(error) => <Problem error={error()} onRetry={preview.again} />}
        </Match>
        <Match when={ready()}>
          {(ready) => (
            <>
              <p role="status">
                {many(changing(), "relation")} would change
                <Show when={ready().unchanged > 0}>, {count(ready().unchanged)} stand just so</Show>
                <Show when={refused() > 0}>, {count(refused())} cannot be decided</Show>.
              </p>
              <ul class="bulk-list" role="list" aria-label="What would change" tabindex="0">
                <For each={ready().changes.slice(0, shown)}>
                  {(change) => (
                    <li class="small">
                      <span class="mono">{endsText(change)}</span>
                      <span class="faint">
                        {change.before?.status ?? "new"} › {change.after.status}, {change.after.type}
                      </span>
                    </li>
                  )}
                </For>
                <Show when={changing() > shown}>
                  <li class="faint small">and {count(changing() - shown)} more</li>
                </Show>
              </ul>
            </>
          )}
        </Match>
      </Switch>
      <div class="row">
        <button
          class="button primary"
          type="button"
          disabled={isBusy() || changing() === 0}
          onClick={() => void decide()}
        >
          {verb()} {many(changing(), "relation")}
        </button>
        <span class="faint small">One step: it can be taken back as a whole.</span>
      </div>
    </Dialog>
  )
}
