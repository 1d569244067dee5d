import { createSignal, Show } from "solid-js"
import { many } from "../../Numbers.ts"
import type { Report } from "./JobCard.tsx"
import type { Uploads } from "./Uploads.ts"

/** What a check found is imported, or not. */
export const Decide = (props: {
  readonly id: string
  readonly report: Report
  readonly isWhole: boolean
  readonly uploads: Uploads
}) => {
  const [prune, setPrune] = createSignal(false)
  const missing = () => ("missing" in props.report ? props.report.missing : 0)
  return (
    <Show
      when={props.uploads.again(props.id, { store: true, prune: prune() })}
      fallback={<p class="soft">To import it, choose the file again: this page no longer has it.</p>}
    >
      {(again) => (
        <div class="row">
          <button class="button primary" type="button" onClick={() => again()()}>
            {props.isWhole ? "Import" : "Import what is good"}
          </button>
          <Show when={missing() > 0 && props.isWhole}>
            <label class="check">
              <input type="checkbox" checked={prune()} onChange={(event) => setPrune(event.currentTarget.checked)} />
              Remove {many(missing(), "reference")} that the file no longer has
            </label>
          </Show>
        </div>
      )}
    </Show>
  )
}
