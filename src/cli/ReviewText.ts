import type { ReviewOutcome } from "../domain/ReviewOutcome.ts"
import { pieces } from "../crosswalk/WordsInCommon.ts"
import type { Decision } from "../domain/Decision.ts"
import type { Reference } from "../domain/Reference.ts"
import type { ReviewItem } from "../domain/ReviewItem.ts"
import { DateTime } from "effect"
import type { Output } from "./Output.ts"
import { headlineOfReference } from "../report/Headline.ts"
import { referenceJson, relationJson } from "./Render.ts"
import { oneLine, Safe, safe, wrap } from "../report/Safe.ts"

type Printer = Pick<Output["Service"], "bold" | "dim" | "width">

/** Marks the words of one line that the other text has too: bold, or where there is no bold between asterisks. */
const marked = ({ bold }: Printer, line: string, other: string): Safe => {
  const isBold = bold("x").toString() !== "x"
  return Safe.of(
    pieces(line, other)
      .map(({ common, text }) => (common ? (isBold ? bold(text) : safe`*${text}*`) : safe`${text}`).toString())
      .join("")
  )
}

const textOf = ({ description, title }: Reference): string => `${title}\n${description ?? ""}`

/** A reference with its text, the words that the other one has too marked. */
const side = (printer: Printer, arrow: string, reference: Reference, other: Reference): ReadonlyArray<Safe> => [
  safe`${arrow} ${printer.dim(reference.uri)}`,
  ...[
    reference.title,
    ...(reference.description === undefined || reference.description === "" ? [] : [reference.description])
  ]
    .flatMap((text) => wrap(text, printer.width - 4).map((line) => line.toString()))
    .map((line) => safe`  ${marked(printer, line, textOf(other))}`)
]

/** A relation to review: what it is, and both texts. */
export const itemText = (
  printer: Printer,
  { relation, source, target }: ReviewItem,
  place: string
): ReadonlyArray<Safe> => {
  const { by, method, note } = relation.provenance
  const was = relation.status === "suggested" ? method : `${relation.status}${by === undefined ? "" : ` by ${by}`}`
  const again = relation.needsReview ? ", a text has changed since" : ""
  return [
    safe``,
    safe`${printer.bold(`${place}confidence ${relation.confidence.toFixed(2)}`)}, ${relation.type} (${was}${again})`,
    ...(note === undefined ? [] : [safe`  note: ${oneLine(note, printer.width)}`]),
    ...side(printer, "•", source, target),
    ...side(printer, "→", target, source)
  ]
}

/** A relation to review as `--json` prints it. */
export const itemJson = ({ relation, source, target, version }: ReviewItem) => ({
  relation: relationJson(relation),
  source: referenceJson(source),
  target: referenceJson(target),
  version
})

/** A relation to review on three lines: what it is, and the beginning of both texts. */
export const itemLines = (printer: Printer, { relation, source, target }: ReviewItem): ReadonlyArray<Safe> => [
  safe`${relation.confidence.toFixed(2)}  ${printer.bold(source.uri)} ${relation.type} ${printer.bold(target.uri)}`,
  safe`      • ${oneLine(headlineOfReference(source), printer.width - 8)}`,
  safe`      → ${oneLine(headlineOfReference(target), printer.width - 8)}`
]

/** An entry of the log as `--json` prints it. */
export const decisionJson = (decision: Decision) => ({ ...decision, at: DateTime.formatIso(decision.at) })

const stateOf = (state: Decision["before"]): string =>
  state === undefined ? "none" : `${state.status} ${state.type}${state.needsReview ? ", needs review" : ""}`

/** An entry of the log on one line. */
export const decisionLine = ({ after, at, before, by, note, source, step, target, undoes }: Decision): Safe =>
  safe`${step}  ${DateTime.formatIso(at)}  ${by ?? "somebody"}  ${source} → ${target}: ${stateOf(before)} → ${stateOf(after)}${
    undoes === undefined ? "" : ` (takes back ${undoes})`
  }${note === undefined || note === "" ? "" : ` "${note}"`}`

/** What became of verdicts as `--json` prints it. */
export const outcomeJson = ({ decided, refused, step, unchanged }: ReviewOutcome) => ({
  step: step ?? null,
  decided: decided.map(decisionJson),
  unchanged,
  refused
})
