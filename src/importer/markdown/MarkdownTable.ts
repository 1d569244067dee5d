import { clean } from "../../domain/Identifier.ts"
import type { Columns } from "../Importer.ts"
import { resolveColumns } from "../ReferenceWords.ts"
import { isLikely, wholly } from "./MarkdownIdentifier.ts"
import type { Link, Table, TableRow } from "./MarkdownText.ts"

/** A row that names an identifier and a text. */
export interface Row {
  readonly line: number
  readonly uri: string | undefined
  readonly id: string
  readonly title: string | undefined
  readonly description: string | undefined
  readonly entityType: string | undefined
  readonly tags: string | undefined
  readonly metadata: Readonly<Record<string, unknown>>
  readonly links: ReadonlyArray<Link>
  readonly isStruck: boolean
  /** How many cells it has that the header does not name. */
  readonly excess: number
}

/** The columns of a table whose rows are references, by their number from 0. */
interface Layout {
  readonly fields: ReadonlyMap<keyof Columns, number>
  /** Columns such as `L1` that are ticked, with their level. */
  readonly ticks: ReadonlyMap<number, number>
  /** The column of the level. */
  readonly level: number | undefined
  readonly names: ReadonlyArray<string>
}

const cellsOf = (table: Table, column: number): ReadonlyArray<string> =>
  table.rows.map((row) => row.cells[column]?.().text ?? "").filter((text) => text !== "")

const isIdentified = (cells: ReadonlyArray<string>): boolean =>
  cells.length > 0 && cells.every((cell) => isLikely(wholly(cell) ?? ""))

/** Whether its rows begin with identifiers. */
export const hasIdentifiers = (table: Table): boolean => isIdentified(cellsOf(table, 0))

/** How much is written in a column. */
const lengthOf = (table: Table, column: number): number => cellsOf(table, column).join("").length

const number = /^(?:#|№|n[or]\.?|nº)$/iu
const tick = /^(?:asvs\s+)?l(?:evel\s*)?([1-9])$/iu

const layoutOf = (table: Table, columns: Columns): Layout | undefined => {
  const names = table.header.map((cell, index) => cell().text || `column ${index + 1}`)
  const fields = new Map(
    Array.from(resolveColumns(names, columns), ([field, name]) => [field, names.indexOf(name)] as const).filter(
      ([, index]) => index !== -1
    )
  )
  const taken = () => new Set(fields.values())
  const ticks = new Map(
    names.flatMap((name, index) => {
      const level = tick.exec(name)?.[1]
      return level === undefined || taken().has(index) ? [] : [[index, Number(level)] as const]
    })
  )
  const found = names.findIndex((name, index) => /^(?:level|stufe)$/iu.test(name) && !taken().has(index))
  const level = found === -1 ? undefined : found
  if (!fields.has("id") && !fields.has("uri")) {
    const numbers = names.findIndex((name, index) => number.test(name) && !taken().has(index))
    const column = numbers === -1 && hasIdentifiers(table) && !taken().has(0) ? 0 : numbers
    if (column === -1) return undefined
    fields.set("id", column)
  }
  if (!fields.has("title") && !fields.has("description")) {
    const rest = names.flatMap((_, index) => (taken().has(index) || ticks.has(index) || index === level ? [] : [index]))
    const [only] = rest.toSorted((one, other) => lengthOf(table, other) - lengthOf(table, one))
    if (only === undefined || (rest.length > 1 && !hasIdentifiers(table))) return undefined
    fields.set("description", only)
  }
  return { fields, ticks, level, names }
}

const yes = /^(?:[✓✔✅☑●•x]\uFE0F?|\[x\]|yes|y|ja|j|:(?:white_)?(?:heavy_)?check_mark:)$/iu
const no = /^(?:|[-–—✗✘❌☐]\uFE0F?|\[\s*\]|no|n|nein)$/iu

const levelsOf = (layout: Layout, text: (column: number) => string): Record<string, unknown> => {
  if (layout.level !== undefined) {
    const said = text(layout.level)
    const digits = /^L?([1-9])$/iu.exec(said)?.[1]
    return said === "" ? {} : { level: digits === undefined ? said : Number(digits) }
  }
  const asked = Array.from(layout.ticks, ([column, level]) => [level, text(column)] as const).filter(
    ([, mark]) => !no.test(mark)
  )
  const notes = asked.flatMap(([level, mark]) => (yes.test(mark) ? [] : [[`L${level}`, mark] as const]))
  return {
    ...(asked.length > 0 && { level: Math.min(...asked.map(([level]) => level)) }),
    ...(notes.length > 0 && { levelNotes: Object.fromEntries(notes) })
  }
}

/** An identifier as it is printed in a cell, without brackets around it and a point behind it. */
const identifierOf = (text: string): string =>
  clean(text)
    .replace(/^\[(.*)\]$/u, "$1")
    .replace(/[.:]$/u, "")
    .trim()

const rowOf = (layout: Layout, row: TableRow): Row | undefined => {
  const words = row.cells.map((cell) => cell())
  const text = (column: number) => words[column]?.text ?? ""
  const read = (field: keyof Columns) => text(layout.fields.get(field) ?? -1) || undefined
  const [uri, title, description] = [read("uri"), read("title"), read("description")]
  const id = identifierOf(read("id") ?? uri ?? "")
  if (id === "" || (title === undefined && description === undefined)) return undefined
  const used = new Set([...layout.fields.values(), ...layout.ticks.keys(), layout.level])
  const rest = layout.names.flatMap((name, column) =>
    used.has(column) || text(column) === "" ? [] : [[name, text(column)] as const]
  )
  return {
    line: row.line,
    uri,
    id,
    title,
    description,
    entityType: read("entityType"),
    tags: read("tags"),
    metadata: { ...levelsOf(layout, text), ...Object.fromEntries(rest) },
    links: words.flatMap(({ links }) => links),
    isStruck: words[layout.fields.get("id") ?? -1]?.isStruck === true,
    excess: row.excess
  }
}

/** The rows of a table whose header names an identifier and a text, and the lines of those that lack either. */
export interface TableRows {
  readonly rows: ReadonlyArray<Row>
  readonly unread: ReadonlyArray<{ readonly line: number; readonly text: string }>
}

/** The rows of a table, where they are references. */
export const rowsOf = (table: Table, columns: Columns): TableRows | undefined => {
  const layout = layoutOf(table, columns)
  if (layout === undefined) return undefined
  const rows: Array<Row> = []
  const unread: Array<{ line: number; text: string }> = []
  for (const written of table.rows) {
    const row = rowOf(layout, written)
    const text = textOf(written)
    if (row !== undefined) rows.push(row)
    else if (text !== "") unread.push({ line: written.line, text })
  }
  return { rows, unread }
}

/** A row as a line of text. */
export const textOf = ({ cells }: Pick<TableRow, "cells">): string => {
  const texts = cells.map((cell) => cell().text.replaceAll("\n", " "))
  return texts.every((text) => text === "") ? "" : texts.join(" | ")
}
