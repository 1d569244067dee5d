import { createSignal, Match, Show, Switch } from "solid-js"
import { ask } from "../../api/Client.ts"
import { whole } from "../../api/Whole.ts"
import { Bones } from "../../components/Bones.tsx"
import { Choice } from "../../components/Choice.tsx"
import { Dialog } from "../../components/Dialog.tsx"
import { Problem } from "../../components/Problem.tsx"
import { Rest } from "../../components/Rest.tsx"
import { many } from "../../Numbers.ts"
import type { Query } from "../../Query.ts"
import { rename, reviewer } from "../../Reviewer.ts"
import { CarryPlan, type Plan } from "./CarryPlan.tsx"

const written = ({ totals: { successors } }: Plan): number => successors.accepted + successors.suggested

const writtenText = ({ totals: { successors } }: Plan): string =>
  [
    ...(successors.accepted > 0 ? [`${many(successors.accepted, "relation")} accepted`] : []),
    ...(successors.suggested > 0 ? [`${many(successors.suggested, "relation")} to review`] : [])
  ].join(", ")

/** Carries the accepted relations of another catalog from one edition to the next: first the plan, then the deed, and back. */
export const CarryOver = (props: {
  readonly query: Query
  readonly before: string
  readonly after: string
  readonly catalogs: ReadonlyArray<string>
}) => {
  const [isOpen, setIsOpen] = createSignal(false)
  const [isBusy, setIsBusy] = createSignal(false)
  const [message, setMessage] = createSignal("")
  const [step, setStep] = createSignal<number>()
  const [error, setError] = createSignal<unknown>()
  const catalog = () => props.query.text("catalog")
  const others = () => props.catalogs.filter((id) => id !== props.before && id !== props.after)
  const options = () => ({
    catalog: catalog(),
    from: props.before,
    to: props.after,
    ...(props.query.text("accept") !== "" && { acceptUnchanged: true })
  })
  const by = () => (reviewer() === undefined ? {} : { by: reviewer() })
  const report = whole("GET /api/v1/carry", (cursor) =>
    others().includes(catalog()) ? { query: { ...options(), cursor } } : undefined
  )
  const plan = () => {
    const { catalog, from, to } = options()
    const value = report.value()
    return value?.catalog === catalog && value.from === from && value.to === to ? value : undefined
  }

  const run = async (work: () => Promise<void>) => {
    if (isBusy()) return
    setIsBusy(true)
    setError(undefined)
    try {
      await work()
      report.again()
    } catch (reason) {
      setError(() => reason)
    } finally {
      setIsBusy(false)
      setIsOpen(false)
    }
  }
  const carry = () =>
    run(async () => {
      const done = await ask("POST /api/v1/carry", { payload: { ...options(), ...by() } })
      setStep(done.step)
      setMessage(
        done.step === undefined
          ? "Nothing was left to carry over."
          : `Carried over as step ${done.step}: ${writtenText(done)}.`
      )
    })
  const undo = (step: number) =>
    run(async () => {
      const { refused } = await ask("POST /api/v1/decisions/undo", { payload: { step, ...by() } })
      if (refused[0] === undefined) setStep(undefined)
      setMessage(refused[0] === undefined ? `Step ${step} was taken back.` : `Not done: ${refused[0].problem}.`)
    })

  return (
    <div class="stack">
      <div class="fields">
        <Choice
          label="Relations with"
          all="choose a catalog"
          value={catalog()}
          values={others()}
          onChoose={(catalog) => props.query.set({ catalog, outcome: undefined })}
        />
        <label class="check">
          <input
            type="checkbox"
            checked={props.query.text("accept") !== ""}
            onChange={(event) => props.query.set({ accept: event.currentTarget.checked ? "unchanged" : undefined })}
          />
          Accept what rests on texts that are the same
        </label>
        <Show when={plan()}>
          {(plan) => (
            <button
              class="button primary"
              type="button"
              disabled={report.isLoading() || isBusy() || written(plan()) === 0}
              onClick={() => setIsOpen(true)}
            >
              Carry over…
            </button>
          )}
        </Show>
      </div>
      <div class="row">
        <p class="carry-said" role="status">
          {message()}
        </p>
        <Show when={step()}>
          {(step) => (
            <button class="button" type="button" disabled={isBusy()} onClick={() => void undo(step())}>
              Take step {step()} back
            </button>
          )}
        </Show>
      </div>
      <Show when={error()}>{(error) => <Problem error={error()} />}</Show>
      <Switch>
        <Match when={!others().includes(catalog())}>
          <div class="empty">
            <h2>Whose relations?</h2>
            <p>
              Choose the catalog whose accepted relations with {props.before} you want to have with {props.after}. First
              you see what would become of each; nothing is written before you say so.
            </p>
          </div>
        </Match>
        <Match when={report.error() !== undefined}>
          <Problem error={report.error()} onRetry={report.again} />
        </Match>
        <Match when={plan()?.totals.relations === 0}>
          <div class="empty">
            <h2>Nothing to carry over</h2>
            <p>
              No relation between {catalog()} and {props.before} was accepted.
            </p>
            <a
              class="button"
              href={`/review?from=${encodeURIComponent(catalog())}&to=${encodeURIComponent(props.before)}`}
            >
              Review relations
            </a>
          </div>
        </Match>
        <Match when={plan()}>
          {(plan) => (
            <>
              <Rest of={report} noun="relation" />
              <CarryPlan plan={plan()} query={props.query} />
            </>
          )}
        </Match>
        <Match when>
          <Bones label="Looking what would become of the relations" lines={8} />
        </Match>
      </Switch>
      <Show when={isOpen() && plan()}>
        {(plan) => (
          <Dialog title="Carry over" open onClose={() => setIsOpen(false)}>
            <p>
              From the accepted relations between {catalog()} and {props.before} follow in {props.after}:{" "}
              {writtenText(plan())}. What stands there already, and what people decided, stays as it is.
            </p>
            <label class="field">
              <span>Deciding as</span>
              <input
                class="input"
                placeholder="your name"
                value={reviewer() ?? ""}
                onChange={(event) => rename(event.currentTarget.value)}
              />
            </label>
            <div class="row">
              <button class="button primary" type="button" disabled={isBusy()} onClick={() => void carry()}>
                {isBusy() ? "Carrying over…" : `Carry ${many(written(plan()), "relation")} over`}
              </button>
              <span class="faint small">One step: it can be taken back as a whole.</span>
            </div>
          </Dialog>
        )}
      </Show>
    </div>
  )
}
