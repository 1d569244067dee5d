import { Result } from "effect"
import type { Item, UnreadKind } from "../Importer.ts"
import * as Items from "../Items.ts"
import { identified, isLikely } from "./MarkdownIdentifier.ts"
import { referenceOf, type Section, type Sections } from "./MarkdownSections.ts"
import { hasIdentifiers, type Row, type TableRows, textOf } from "./MarkdownTable.ts"
import type { Block, Heading, Html, Link, ListItem, Text } from "./MarkdownText.ts"

/** A part of the text of a reference. */
export interface Piece {
  readonly kind: "heading" | "item" | "block"
  /** How deep it stands below the reference. */
  readonly indent: number
  readonly text: string
  readonly links: ReadonlyArray<Link>
}

/** A heading or item that becomes a reference, with all that belongs to it. */
export interface Placed {
  readonly _tag: "Placed"
  readonly line: number
  /** The heading that it is, or that it stands under. */
  readonly section: Section
  /** Absent for a heading. */
  readonly item: ListItem | undefined
  /** The identifier of the item that it stands below. */
  readonly parent: string | undefined
  /** Made when they are asked for. */
  readonly pieces: ReadonlyArray<() => Piece>
}

/** A row that becomes a reference, and the heading that it stands under. */
export interface PlacedRow {
  readonly _tag: "PlacedRow"
  readonly row: Row
  readonly section: Section
}

/** A remark about what was not taken, or not as it stands. */
export interface Remark {
  readonly _tag: "Remark"
  readonly item: Item
}

type Growing = Omit<Placed, "pieces"> & {
  readonly pieces: Array<() => Piece>
  readonly swallowed: Array<[string, number]>
}

const shortest = 80

const begin = (text: string): string => {
  const line = text.replace(/\s+/gu, " ").trim()
  return line.length <= shortest ? line : `${line.slice(0, shortest).replace(/\s+\S*$/u, "")}…`
}

const unread = (kind: UnreadKind, line: number, text: string, count?: number): Remark => ({
  _tag: "Remark",
  item: Result.succeed({
    _tag: "Unread",
    kind,
    at: `line ${line}`,
    text: begin(text),
    ...(count !== undefined && { count })
  })
})

const warning = (line: number, problem: string): Remark => ({
  _tag: "Remark",
  item: Items.warning(`line ${line}`, problem)
})

/** What HTML holds that is not read: rows of tables, headings and items with identifiers, and a comment without an end. */
const unreadHtml = ({ html, line }: Html): ReadonlyArray<Remark> => {
  const lineOf = (index: number) => line + html.slice(0, index).split("\n").length - 1
  const visible = html.replace(/<!--.*?(?:-->|$)/gsu, (comment) => comment.replace(/[^\n]/gu, " "))
  const rows = [...visible.matchAll(/<tr\b[^<>]*>\s*<td\b[^<>]*>([^<>]*)/giu)]
  const others = [...visible.matchAll(/(?:^[ \t]*#{1,6}[ \t]|<(h[1-6]|li)\b[^<>]*>)(?:\s|<[^<>]*>)*([^<>\n]+)/gimu)]
  const [first] = rows
  return [
    ...(first === undefined ? [] : [unread("table row", lineOf(first.index), first[1] || "<td>", rows.length)]),
    ...others.flatMap(({ 1: tag, 2: text = "", index }) => {
      const kind = tag?.toLowerCase() === "li" ? "list item" : "heading"
      return identified(text) === undefined ? [] : [unread(kind, lineOf(index), text)]
    }),
    ...(html.lastIndexOf("<!--") > html.lastIndexOf("-->")
      ? [
          warning(
            lineOf(html.lastIndexOf("<!--")),
            "a comment begins here and has no end, so all that follows is hidden"
          )
        ]
      : [])
  ]
}

const pieceOf = (block: Exclude<Block, Heading>, isIdentifier: boolean): Pick<Piece, "text" | "links"> => {
  if (block.kind !== "table") {
    const { code = "", links, text } = block.words()
    const words = isIdentifier ? text.slice(code.length).trim() : text
    return { text: block.kind === "item" ? `${block.mark} ${words}` : words, links }
  }
  const rows = [{ cells: block.header }, ...block.rows]
  return {
    text: rows.map(textOf).join("\n"),
    links: rows.flatMap(({ cells }) => cells.flatMap((cell) => cell().links))
  }
}

const placeRows = ({ rows, unread: others }: TableRows, section: Section): ReadonlyArray<PlacedRow | Remark> => [
  ...rows.flatMap((row): ReadonlyArray<PlacedRow | Remark> => {
    const placed: PlacedRow = { _tag: "PlacedRow", row, section }
    const problem = `the row has ${row.excess} more cells than the header; what is in them is left out`
    return row.excess === 0 ? [placed] : [placed, warning(row.line, problem)]
  }),
  ...others.map(({ line, text }) => unread("table row", line, text))
]

/** The identifier that a paragraph begins with, where it is marked as one. */
const markedIn = (block: Text): string | undefined => {
  const { bold, text } = block.words()
  const found = identified(bold ?? text)
  return found?.firm === true && !found.weak && isLikely(found.id) ? found.id : undefined
}

const swallowedBy = ({ section, swallowed }: Growing): ReadonlyArray<Remark> => {
  const [first] = swallowed
  if (first === undefined) return []
  const ids = swallowed.slice(0, 3).map(([id]) => id)
  const names = `${ids.join(", ")}${swallowed.length > ids.length ? ", …" : ""}`
  const { length } = swallowed
  const what =
    length === 1 ? "an item or paragraph with an identifier" : `${length} items or paragraphs with identifiers`
  const where = begin(section.title || (section.id ?? ""))
  return [warning(first[1], `${what} (${names}) ${length === 1 ? "is" : "are"} read as text of ${where}`)]
}

/** Puts every block of a document where it belongs, and says which of them belong nowhere. */
export const place = (blocks: ReadonlyArray<Block>, sections: Sections): ReadonlyArray<Placed | PlacedRow | Remark> => {
  const { byHeading, chosen, identified: identifiers, identifiers: ids, mode, preamble, tables, title } = sections
  const placed: Array<Growing | PlacedRow | Remark> = []
  const references = new Map<Section, Growing>()
  const told = new Set<Section>()
  const warned = new Set<Section>()
  let section = preamble
  /** The items that the next block stands in, with the reference that holds them, if any does. */
  let open: Array<{ readonly depth: number; readonly holder: Growing | undefined; readonly id: string | undefined }> =
    []
  const begins = (line: number, item: ListItem | undefined, parent: string | undefined): Growing => {
    const reference = { _tag: "Placed", line, section, item, parent, pieces: [], swallowed: [] } satisfies Growing
    placed.push(reference)
    return reference
  }
  const holder = () => {
    const inner = open.at(-1)
    if (inner !== undefined) return inner.holder
    const above = referenceOf(section)
    return above === undefined ? undefined : references.get(above)
  }
  /** Whether what belongs nowhere is to be told: it is a part neither of what was told nor of what was not asked for. */
  const isNews = () => open.length === 0 && !told.has(section) && mode !== "tables"
  const put = (reference: Growing, block: Exclude<Block, Heading>) => {
    const indent = Math.max(0, block.depth - (reference.item?.depth ?? 0) - (block.kind === "item" ? 1 : 0))
    reference.pieces.push(() => ({
      kind: block.kind === "item" ? "item" : "block",
      indent,
      ...pieceOf(block, ids.has(block))
    }))
  }
  for (const block of blocks) {
    while ((open.at(-1)?.depth ?? -1) > block.depth - (block.kind === "item" ? 1 : 0)) open.pop()
    if (block.kind === "heading") {
      open = []
      section = byHeading.get(block) ?? preamble
      const above = referenceOf(section)
      const { below, title: text } = section
      if (section.isChosen) references.set(section, begins(block.line, undefined, undefined))
      else if (above !== undefined && (below === 0 || section.prose > 0)) {
        references.get(above)?.pieces.push(() => ({ kind: "heading", indent: 0, text, links: block.words().links }))
      } else if (above === undefined && below === 0 && section !== title && isNews()) {
        told.add(section)
        placed.push(unread("heading", block.line, block.words().text))
      }
    } else if (block.kind === "item") {
      const id = identifiers.get(block)?.id
      const reference = chosen.has(block) ? begins(block.line, block, open.at(-1)?.id) : holder()
      if (!chosen.has(block) && reference !== undefined) {
        put(reference, block)
        if (id !== undefined) reference.swallowed.push([id, block.line])
      } else if (reference === undefined && isNews()) {
        placed.push(unread(block.isTask ? "task item" : "list item", block.line, block.words().text))
      }
      open.push({ depth: block.depth, holder: reference, id: chosen.has(block) ? id : undefined })
    } else {
      if (block.kind === "html") placed.push(...unreadHtml(block))
      const rows = block.kind === "table" ? tables.get(block) : undefined
      const reference = holder()
      if (rows !== undefined) placed.push(...placeRows(rows, section))
      else if (block.kind === "table" && hasIdentifiers(block)) {
        const text = block.header.map((cell) => cell().text).join(" | ")
        placed.push(unread("table row", block.line + 2, text, block.rows.length))
      } else if (reference === undefined && isNews() && !warned.has(section)) {
        if (pieceOf(block, ids.has(block)).text !== "") {
          warned.add(section)
          const where = section.title === "" ? "before the first heading" : `under ${begin(section.title)}`
          placed.push(warning(block.line, `the text ${where} belongs to no reference and is left out`))
        }
      }
      if (rows === undefined && reference !== undefined) {
        put(reference, block)
        const id = block.kind === "text" ? markedIn(block) : undefined
        if (id !== undefined && !ids.has(block)) reference.swallowed.push([id, block.line])
      }
    }
  }
  return placed.concat(placed.flatMap((found) => (found._tag === "Placed" ? swallowedBy(found) : [])))
}
