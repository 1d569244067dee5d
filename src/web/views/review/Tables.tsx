import { createSignal, For, Show } from "solid-js"
import { send } from "../../api/Client.ts"
import type { Answer } from "../../api/Endpoints.ts"
import { Dialog } from "../../components/Dialog.tsx"
import { FileButton } from "../../components/FileButton.tsx"
import { Problem } from "../../components/Problem.tsx"
import { download } from "../../Download.ts"
import { many } from "../../Numbers.ts"
import { reviewer } from "../../Reviewer.ts"
import type { Wanted } from "./Scope.tsx"

type Edited = Answer<"POST /api/v1/review/csv">

/** Gives all that passes the filter as a table for a spreadsheet, and carries out what was decided in one. */
export const Tables = (props: { readonly wanted: Wanted; readonly onDone: (said: string) => void }) => {
  const [error, setError] = createSignal<unknown>()
  const [wrong, setWrong] = createSignal<Edited>()

  const attempt = async (work: () => Promise<void>) => {
    try {
      await work()
    } catch (reason) {
      setError(() => reason)
    }
  }
  const take = () =>
    attempt(async () => {
      const response = await send("GET /api/v1/review/csv", { query: props.wanted })
      download("review.csv", await response.blob())
    })
  const carryOut = (name: string, text: string) =>
    attempt(async () => {
      const by = reviewer()
      const response = await send("POST /api/v1/review/csv", {
        query: { name, ...(by !== undefined && { by }) },
        payload: new Blob([text], { type: "text/csv" })
      })
      const edited: Edited = await response.json()
      if (edited.problems.length + edited.refused.length > 0) setWrong(edited)
      props.onDone(`${many(edited.lists["decided"] ?? 0, "decision")} of ${name} carried out as one step.`)
    })

  return (
    <>
      <button class="button" type="button" onClick={() => void take()}>
        Export CSV
      </button>
      <FileButton label="Import CSV…" accept=".csv,.tsv" onText={(name, text) => void carryOut(name, text)} />
      <Dialog
        title="What was not carried out"
        open={error() !== undefined || wrong() !== undefined}
        onClose={() => (setError(undefined), setWrong(undefined))}
      >
        <Show when={error()}>{(error) => <Problem error={error()} />}</Show>
        <Show when={wrong()}>
          {(wrong) => (
            <ul class="bulk-list" role="list" aria-label="Rows" tabindex="0">
              <For each={wrong().problems}>
                {({ at, problem }) => (
                  <li class="small">
                    <span class="mono">{at}</span> {problem}
                  </li>
                )}
              </For>
              <For each={wrong().refused}>
                {({ problem, sources, targets, to }) => (
                  <li class="small">
                    <span class="mono">
                      {sources.join(" + ")} › {targets.length === 0 ? `none in ${to}` : targets.join(" + ")}
                    </span>{" "}
                    {problem}
                  </li>
                )}
              </For>
            </ul>
          )}
        </Show>
      </Dialog>
    </>
  )
}
