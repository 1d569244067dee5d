import type { CatalogChanges, Change, Possibility, Successor, TextChange } from "../domain/Change.ts"
import { likelihood, likelihoodNote } from "./Likelihood.ts"

/** What the text looks like. */
export interface TextOptions {
  /** Whether unchanged references are listed too. Default: false. */
  readonly unchanged?: boolean | undefined
  /** Marks deleted and inserted words. Default: `[-…-]` and `{+…+}`, as `git diff --word-diff` does. */
  readonly mark?: ((text: string, operation: "insert" | "delete") => string) | undefined
}

const plain = (text: string, operation: "insert" | "delete"): string =>
  operation === "insert" ? `{+${text}+}` : `[-${text}-]`

/** Control characters of a text from elsewhere would reach the terminal; they become spaces. */
const printable = (text: string): string =>
  text.replaceAll(/[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu, " ")

/** The totals in one line, such as `171 moved, 161 modified, 50 deleted`. */
export const summary = ({ totals }: CatalogChanges): string => {
  const parts = Object.entries(totals).flatMap(([kind, count]) => (count === 0 ? [] : [`${count} ${kind}`]))
  return parts.length === 0 ? "nothing" : parts.join(", ")
}

/** A catalog's changes as plain text, one paragraph each. */
export const render = (changes: CatalogChanges, options: TextOptions = {}): string => {
  const { mark = plain, unchanged = false } = options
  const line = (parts: ReadonlyArray<TextChange>) =>
    parts
      .map(({ operation, text }) => (operation === "equal" ? printable(text) : mark(printable(text), operation)))
      .join("")
  const isChanged = (parts: ReadonlyArray<TextChange>) => parts.some(({ operation }) => operation !== "equal")
  const successor = ({ basis, confidence, description, isMain, reference, title }: Successor) => [
    `  → ${printable(reference.uri)}${isMain ? "" : " (which continues another one)"}` +
      (basis === "suggestion" ? `, ${likelihood(confidence)}` : ""),
    ...(isChanged(title) ? [`    ${line(title)}`] : []),
    ...(isChanged(description) ? [`    ${line(description)}`] : [])
  ]
  const possibility = ({ confidence, reference }: Possibility) =>
    `  ? ${printable(reference.uri)}  ${printable(reference.title)}, ${likelihood(confidence)}`
  const paragraph = ({ after, before, kinds, possible }: Change): ReadonlyArray<string> => {
    if (before !== undefined) {
      return [
        `${kinds.join(", ")}: ${printable(before.uri)}  ${printable(before.title)}`,
        ...after.flatMap(successor),
        ...possible.map(possibility),
        ""
      ]
    }
    return [
      ...after.flatMap(({ reference: { description, title, uri } }) => [
        `${kinds.join(", ")}: ${printable(uri)}  ${printable(title)}`,
        ...(description === undefined ? [] : [`    ${printable(description)}`])
      ]),
      ...possible.map(possibility),
      ""
    ]
  }
  const note = likelihoodNote(changes)
  return [
    `${changes.before} → ${changes.after}: ${summary(changes)}`,
    ...(note === undefined ? [] : [note]),
    "",
    ...changes.changes.filter(({ kinds }) => unchanged || kinds[0] !== "unchanged").flatMap(paragraph)
  ].join("\n")
}
