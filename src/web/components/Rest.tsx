import { Show } from "solid-js"
import type { Whole } from "../api/Whole.ts"
import { many } from "../Numbers.ts"
import { Problem } from "./Problem.tsx"

/** Says where not all rows of an answer are here yet: that they come, why they did not, or that one can have them. */
export const Rest = (props: {
  readonly of: Whole<unknown>
  /** What a row is called. */
  readonly noun: string
}) => (
  <Show when={props.of.rows()}>
    {(rows) => (
      <Show
        when={props.of.restError() === undefined}
        fallback={<Problem error={props.of.restError()} onRetry={props.of.more} />}
      >
        <div class="note rest">
          <p role="status">
            The first {many(rows(), props.noun)} are here
            {props.of.isComing() ? "; the others are on their way…" : ". What is listed is not complete."}
          </p>
          <Show when={!props.of.isComing()}>
            <button class="button" type="button" onClick={() => props.of.more()}>
              Load more
            </button>
          </Show>
        </div>
      </Show>
    )}
  </Show>
)
