import type { ReviewOutcome } from "../domain/ReviewOutcome.ts"
import { pieces, textOf } from "../crosswalk/WordsInCommon.ts"
import type { Decision } from "../domain/Decision.ts"
import type { Reference } from "../domain/Reference.ts"
import { setText, targetsText } from "../domain/RelationEnds.ts"
import type { ReviewItem } from "../domain/ReviewItem.ts"
import { DateTime } from "effect"
import { confidenceNumber, confidenceText } from "../report/ConfidenceText.ts"
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

/** A reference with its text, the words that the other side has too marked. */
const side = (
  printer: Printer,
  arrow: string,
  reference: Reference,
  other: ReadonlyArray<Reference>
): ReadonlyArray<Safe> => [
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
  { relation, sources, targets }: ReviewItem,
  place: string
): ReadonlyArray<Safe> => {
  const { by, method, note } = relation.provenance
  const was = relation.status === "suggested" ? method : `${relation.status}${by === undefined ? "" : ` by ${by}`}`
  const again = relation.needsReview ? ", a text has changed since" : ""
  return [
    safe``,
    safe`${printer.bold(`${place}${confidenceText(relation)}`)}, ${relation.type} (${was}${again})`,
    ...(note === undefined ? [] : [safe`  note: ${oneLine(note, printer.width)}`]),
    ...sources.flatMap((source) => side(printer, "•", source, targets)),
    ...targets.flatMap((target) => side(printer, "→", target, sources)),
    ...(relation.to === undefined ? [] : [safe`→ ${targetsText(relation)}`])
  ]
}

/** A relation to review as `--json` prints it. */
export const itemJson = ({ relation, sources, targets, version }: ReviewItem) => ({
  relation: relationJson(relation),
  sources: sources.map(referenceJson),
  targets: targets.map(referenceJson),
  version
})

const headline = (printer: Printer, arrow: string, reference: Reference): Safe =>
  safe`      ${arrow} ${oneLine(headlineOfReference(reference), printer.width - 8)}`

/** A relation to review on a line for what it is, and one for the beginning of the text of each end. */
export const itemLines = (printer: Printer, { relation, sources, targets }: ReviewItem): ReadonlyArray<Safe> => [
  safe`${confidenceNumber(relation)}  ${printer.bold(setText(relation.sources))} ${relation.type} ${printer.bold(targetsText(relation))}`,
  ...sources.map((source) => headline(printer, "•", source)),
  ...targets.map((target) => headline(printer, "→", target))
]

/** An entry of the log as `--json` prints it. */
export const decisionJson = (decision: Decision) => ({ ...decision, at: DateTime.formatIso(decision.at) })

const stateOf = (state: Decision["before"]): string =>
  state === undefined ? "none" : `${state.status} ${state.type}${state.needsReview ? ", needs review" : ""}`

/** An entry of the log on one line. */
export const decisionLine = ({ after, at, before, by, chosen, note, step, undoes, ...ends }: Decision): Safe =>
  safe`${step}  ${DateTime.formatIso(at)}  ${by ?? "somebody"}  ${setText(ends.sources)} → ${targetsText(ends)}: ${stateOf(before)} → ${stateOf(after)}${
    undoes === undefined ? (chosen === undefined ? "" : `, by ${chosen}`) : ` (takes back ${undoes})`
  }${note === undefined || note === "" ? "" : ` "${note}"`}`

/** What became of verdicts as `--json` prints it. */
export const outcomeJson = ({ decided, refused, step, unchanged }: ReviewOutcome) => ({
  step: step ?? null,
  decided: decided.map(decisionJson),
  unchanged,
  refused
})
