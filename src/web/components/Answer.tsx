import { type JSX, Show } from "solid-js"
import type { Asked } from "../api/Asked.ts"
import { Bones } from "./Bones.tsx"
import { Problem } from "./Problem.tsx"

/** What was asked for, once it is there: bones until then, and a problem where it failed. */
export const Answer = <A extends object>(props: {
  readonly of: Asked<A>
  /** What comes, for a reader of the screen, such as `Loading the catalogs`. */
  readonly label: string
  /** How many lines it will have, about. */
  readonly lines?: number
  readonly children: (answer: () => A) => JSX.Element
}) => (
  <Show
    when={props.of.error() === undefined}
    fallback={<Problem error={props.of.error()} onRetry={() => props.of.again()} />}
  >
    <Show when={props.of.value()} fallback={<Bones label={props.label} lines={props.lines ?? 6} />}>
      {(answer) => props.children(answer)}
    </Show>
  </Show>
)
