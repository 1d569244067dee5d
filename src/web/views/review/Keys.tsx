import { For } from "solid-js"
import { Dialog } from "../../components/Dialog.tsx"

/** What each key does. */
export const keyNames = {
  a: "Accept, or accept what is part of the set as one",
  r: "Reject",
  t: "Accept as another type",
  n: "No counterpart: reject all candidates of this source",
  x: "Make it part of a set of targets",
  m: "Write a note",
  s: "Skip to the next; also the arrow down",
  b: "Back to the one before; also the arrow up",
  u: "Take the last decision back",
  "?": "Show these keys"
} as const

/** The keys, in a dialog. */
export const Keys = (props: { readonly open: boolean; readonly onClose: () => void }) => (
  <Dialog title="Keys" open={props.open} onClose={props.onClose}>
    <dl class="stack close keys">
      <For each={Object.entries(keyNames)}>
        {([key, what]) => (
          <div>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        )}
      </For>
    </dl>
  </Dialog>
)
