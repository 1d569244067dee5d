import type { CatalogChanges, Change, Possibility, Successor, TextChange } from "../domain/Change.ts"
import * as Identifier from "../domain/Identifier.ts"
import * as Natural from "../domain/Natural.ts"
import type { Reference } from "../domain/Reference.ts"
import { summary } from "./CatalogDiffText.ts"
import { likelihood } from "./Likelihood.ts"
import { escapeMarkdown } from "./Markup.ts"

/** What the changelog looks like. */
export interface MarkdownOptions {
  /** Whether unchanged references are listed too. Default: false. */
  readonly unchanged?: boolean | undefined
}

/** What a reference is called in its catalog, as its publisher prints it. */
const nameOf = ({ catalog, identifier, label, uri }: Reference): string =>
  label ?? identifier ?? (catalog === undefined ? undefined : Identifier.ofUri(uri, catalog)) ?? uri

const bold = (reference: Reference): string => `**${escapeMarkdown(nameOf(reference))}**`

const textOf = ({ description = "", title }: Reference): string =>
  [title, description]
    .filter((text) => text.trim() !== "")
    .map(escapeMarkdown)
    .join(": ")

/** Marks hold to what they mark: white space at its ends stands outside. */
const marked = (mark: string, text: string): string => {
  const [, start = "", middle = "", end = ""] = /^(\s*)(.*?)(\s*)$/su.exec(text) ?? []
  const words = escapeMarkdown(middle)
  return `${start === "" ? "" : " "}${words === "" ? "" : `${mark}${words}${mark}`}${end === "" ? "" : " "}`
}

/** Deleted words struck through, inserted ones bold. A space keeps what stands side by side apart. */
const words = (parts: ReadonlyArray<TextChange>): string =>
  parts
    .map(({ operation, text }, i) => {
      if (operation === "equal") return marked("", text)
      const isBesides = operation === "insert" && parts[i - 1]?.operation === "delete"
      return `${isBesides ? " " : ""}${marked(operation === "insert" ? "**" : "~~", text)}`
    })
    .join("")
    .replaceAll(/ {2,}/gu, " ")
    .trim()

const isChanged = (parts: ReadonlyArray<TextChange>): boolean => parts.some(({ operation }) => operation !== "equal")

const differences = ({ description, title }: Successor): string =>
  [title, description].flatMap((parts) => (isChanged(parts) ? [words(parts)] : [])).join(": ")

const sure = ({ basis, confidence }: Successor): string =>
  basis === "suggestion" ? ` (${likelihood(confidence)})` : ""

const possibly = (possible: ReadonlyArray<Possibility>): string =>
  possible.map(({ confidence, reference }) => `${bold(reference)} (${likelihood(confidence)})`).join(", ")

const sections = ["Added", "Removed", "Reworded", "Moved", "Split", "Merged", "Unclear", "Unchanged"] as const
type Section = (typeof sections)[number]

/** The section that tells most of a change. */
const sectionOf = ({ kinds }: Change): Section => {
  if (kinds.includes("new")) return "Added"
  if (kinds.includes("deleted")) return "Removed"
  if (kinds.includes("unclear")) return "Unclear"
  if (kinds.includes("split")) return "Split"
  if (kinds.includes("merged")) return "Merged"
  if (kinds.includes("modified")) return "Reworded"
  return kinds.includes("moved") ? "Moved" : "Unchanged"
}

/** A change as an item of a list, with items below where it has several successors. */
const itemOf = ({ after, before, kinds, possible }: Change): ReadonlyArray<string> => {
  const [main] = after
  if (before === undefined) {
    if (main === undefined) return []
    const end = possible.length === 0 ? "" : `; it may continue ${possibly(possible)}`
    return [`- ${bold(main.reference)} ${textOf(main.reference)}${end}`]
  }
  if (main === undefined) {
    const end = possible.length === 0 ? "" : `; it may be continued by ${possibly(possible)}`
    return [`- ${bold(before)} ${textOf(before)}${end}`]
  }
  const move = (successor: Successor) =>
    nameOf(before) === nameOf(successor.reference) ? bold(before) : `${bold(before)} → ${bold(successor.reference)}`
  const told = (successor: Successor) => differences(successor) || escapeMarkdown(successor.reference.title)
  if (after.length > 1) {
    return [
      `- ${bold(before)} ${textOf(before)}`,
      ...after.map((one) => `  - → ${bold(one.reference)} ${told(one)}${sure(one)}`)
    ]
  }
  const words = kinds.includes("modified") || kinds.includes("merged") ? told(main) : escapeMarkdown(before.title)
  return [`- ${move(main)} ${words}${sure(main)}`]
}

const placeOf = ({ after, before }: Change): string => {
  const reference = before ?? after[0]?.reference
  return reference === undefined ? "" : nameOf(reference)
}

/** A catalog's changes as the changelog that its users read, in Markdown: a section for each kind, in natural order. */
export const render = (changes: CatalogChanges, { unchanged = false }: MarkdownOptions = {}): string => {
  const bySection = Map.groupBy(changes.changes, sectionOf)
  const shown = sections.filter((section) => unchanged || section !== "Unchanged")
  return [
    `# ${escapeMarkdown(changes.before)} → ${escapeMarkdown(changes.after)}`,
    "",
    `${summary(changes)}.`,
    ...shown.flatMap((section) => {
      const found = bySection.get(section) ?? []
      if (found.length === 0) return []
      const items = found.toSorted((a, b) => Natural.compare(placeOf(a), placeOf(b))).flatMap(itemOf)
      return ["", `## ${section} (${found.length})`, "", ...items]
    }),
    ""
  ].join("\n")
}
