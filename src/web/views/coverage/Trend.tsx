import { Show } from "solid-js"
import { Growing } from "../../components/Growing.tsx"
import { referenceLink } from "../../Links.ts"
import { type Comparison, type State, states } from "./Report.ts"

type Move = Comparison["lost"][number]

const nameOf = (state: State): string => states.find(([one]) => one === state)?.[1] ?? state

const Moves = (props: { readonly title: string; readonly of: ReadonlyArray<Move> }) => (
  <Show when={props.of.length > 0}>
    <div class="stack close">
      <h3>{props.title}</h3>
      <Growing class="stack close" of={props.of} first={50}>
        {({ after, before, title, uri }) => (
          <li class="small">
            <a href={referenceLink(uri)}>{title}</a>{" "}
            <span class="faint">
              {nameOf(before)} › {nameOf(after)}
            </span>
          </li>
        )}
      </Growing>
    </div>
  </Show>
)

/** How a report differs from an earlier one. */
export const Trend = (props: {
  readonly comparison: Comparison
  /** The file of the earlier report. */
  readonly name: string
  readonly onClose: () => void
}) => {
  const points = () => {
    const difference = props.comparison.report.percent - props.comparison.before.percent
    return `${difference < 0 ? "−" : "+"}${Math.abs(difference).toFixed(1)} points`
  }
  return (
    <section class="panel" aria-label="Since the baseline">
      <div class="panel-head">
        <h2>Since {props.name}</h2>
        <button class="button quiet" type="button" onClick={() => props.onClose()}>
          Close
        </button>
      </div>
      <div class="panel-body stack close">
        <p class="numbers">{points()}</p>
        <Moves title="Covered less" of={props.comparison.lost} />
        <Moves title="Covered more" of={props.comparison.gained} />
        <Show when={props.comparison.lost.length + props.comparison.gained.length === 0}>
          <p class="soft">No requirement is covered in another way.</p>
        </Show>
      </div>
    </section>
  )
}
