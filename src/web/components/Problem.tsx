import { Show } from "solid-js"
import { told } from "../api/Failure.ts"

/** A failure as sentences: what happened, and what to do. */
export const Problem = (props: { readonly error: unknown; readonly onRetry?: () => void }) => {
  const what = () => told(props.error)
  return (
    <div class="note bad" role="alert">
      <h2>{what().title}</h2>
      <p>{what().detail}</p>
      <p>{what().next}</p>
      <Show when={props.onRetry}>
        {(retry) => (
          <div class="row">
            <button class="button" type="button" onClick={() => retry()()}>
              Try again
            </button>
          </div>
        )}
      </Show>
    </div>
  )
}
