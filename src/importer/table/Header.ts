import { plain } from "../Fields.ts"
import { type Cell, isBlank } from "./Cell.ts"

/** A row of cells of a table. */
export interface Line {
  /** The number of its line or row, from 1. */
  readonly number: number
  readonly cells: ReadonlyArray<Cell>
}

/** What the names of columns tell a reader. */
export interface Told {
  /** The columns that a row must fill; that of its identifier comes first. */
  readonly keys: ReadonlyArray<string>
  /** How many columns it knows. */
  readonly known: number
}

/** What kind of table is looked for: what is known of columns of these names; nothing where it is no such table. */
export type Wanted = (names: ReadonlyArray<string>) => Told | undefined

/** The names of the columns, and where they stand. */
export interface Header {
  readonly first: number
  /** The number of its last line. */
  readonly last: number
  /** A name for each column, each different. */
  readonly columns: ReadonlyArray<string>
  /** Names that were made up, because the header has none. */
  readonly nameless: ReadonlySet<string>
  /** Columns that the header calls the same, but for case and punctuation. */
  readonly alike: ReadonlyArray<ReadonlyArray<string>>
  /** The header as it is written, to know it where it is repeated. */
  readonly written: ReadonlyArray<string>
}

/** How many rows are looked through for the header. */
export const maxAbove = 50

/** The longest text that names a column in a second row. */
const longestName = 80

const textOf = (cell: Cell | undefined): string =>
  typeof cell === "string" ? cell.trim().replace(/\s+/gu, " ") : typeof cell === "number" ? String(cell) : ""

const texts = (line: Line): ReadonlyArray<string> => line.cells.map(textOf)

/** Names over several columns stand in the first of them. */
const spread = (names: ReadonlyArray<string>): ReadonlyArray<string> => {
  let group = ""
  return names.map((name) => (group = name === "" ? group : name))
}

interface Naming {
  readonly rows: ReadonlyArray<ReadonlyArray<string>>
  /** The row above, whose names stand over the columns that have none and tell apart those that are called the same. */
  readonly above: ReadonlyArray<string>
}

const width = (rows: ReadonlyArray<ReadonlyArray<string>>): number => Math.max(0, ...rows.map((row) => row.length))

/** The lowest name of each column. */
const lowest = ({ above, rows }: Naming): ReadonlyArray<string> =>
  Array.from({ length: width(rows) }, (_, column) => {
    const own = rows.map((row) => row[column] ?? "").findLast((name) => name !== "")
    return own ?? above[column] ?? ""
  })

/** The names of a column from the top down: `Evidence Owner`. */
const whole = ({ above, rows }: Naming, column: number): string => {
  const parts = [above, ...rows].slice(0, -1).map((row) => spread(row)[column] ?? "")
  const all = [...parts, rows.at(-1)?.[column] ?? ""].filter((part) => part !== "")
  return all.filter((part, index) => plain(part) !== plain(all[index - 1] ?? "")).join(" ")
}

const groupsOf = (names: ReadonlyArray<string>): ReadonlyMap<string, ReadonlyArray<number>> => {
  const groups = new Map<string, Array<number>>()
  for (const [column, name] of names.entries()) {
    if (name === "") continue
    const group = groups.get(plain(name) || name) ?? []
    group.push(column)
    groups.set(plain(name) || name, group)
  }
  return groups
}

/** Gives each column a name of its own. */
const toHeader = (naming: Naming, first: number, last: number): Header => {
  const short = lowest(naming)
  const names = [...short]
  for (const columns of groupsOf(short).values()) {
    const long = columns.map((column) => whole(naming, column))
    if (columns.length > 1 && new Set(long.map(plain)).size === columns.length) {
      for (const [index, column] of columns.entries()) names[column] = long[index] ?? ""
    }
  }
  const alike = Array.from(groupsOf(names).values()).filter((columns) => columns.length > 1)
  const taken = new Set<string>()
  const nameless = new Set<string>()
  const columns = names.map((name, column) => {
    const base = name === "" ? `Column ${column + 1}` : name
    let unique = base
    for (let count = 2; taken.has(unique); count++) unique = `${base} ${count}`
    taken.add(unique)
    if (name === "") nameless.add(unique)
    return unique
  })
  return {
    first,
    last,
    columns,
    nameless,
    alike: alike.map((group) => group.map((column) => columns[column] ?? "")),
    written: naming.rows.at(-1) ?? []
  }
}

/** Words of second rows that tell of no field. */
const others =
  /^(?:owner|where|who|when|what|how|why|status|priority|level|due|date|source|notes?|comments?|remarks?|yes|no|min|max|from|to|wer|wo|wann|was|ja|nein)$/iu

/**
 * Whether a row goes on naming columns: it repeats the name of the first column that is wanted (a cell over two rows), or
 * names all that the row above leaves nameless.
 */
const goesOn = (names: ReadonlyArray<string>, key: number, line: Line | undefined, wanted: Wanted): boolean => {
  if (line === undefined) return false
  const below = texts(line)
  if (line.cells.some((cell) => !isBlank(cell) && typeof cell !== "string")) return false
  if (below.some((name) => name.length > longestName)) return false
  const own = below[key] ?? ""
  if (own !== "") return plain(own) === plain(names[key] ?? "")
  const nameless = below.flatMap((name, column) => (name !== "" && (names[column] ?? "") === "" ? [column] : []))
  const grouped = nameless.filter((column) => spread(names)[column] !== "")
  const known = below.some((name) => others.test(name) || wanted([names[key] ?? "", name]) !== undefined)
  return grouped.length > 0 && known
}

/** Whether a row below fills the columns that must be filled. */
const isFilledBelow = (columns: ReadonlyArray<string>, keys: ReadonlyArray<string>, lines: ReadonlyArray<Line>) => {
  const places = keys.map((key) => columns.indexOf(key))
  return lines.some(({ cells }) => places.every((place) => !isBlank(cells[place])))
}

/** A header by its lowest names; where those tell less than the first row does, by the whole names or that row's own. */
const named = (naming: Naming, own: Naming["rows"], wanted: Wanted, first: number, last: number): Header => {
  const joined = lowest(naming).map((_, column) => whole(naming, column))
  const ways: ReadonlyArray<Naming> = [naming, { rows: [joined], above: [] }, { rows: own, above: naming.above }]
  const headers = ways.map((way) => toHeader(way, first, last))
  const known = headers.find(
    ({ columns, nameless }) => wanted(columns.filter((name) => !nameless.has(name))) !== undefined
  )
  return { ...(known ?? toHeader(naming, first, last)), written: naming.rows.at(-1) ?? [] }
}

interface Candidate extends Told {
  readonly index: number
  readonly rows: ReadonlyArray<ReadonlyArray<string>>
}

/** The rows that name what is wanted, or else pairs of rows that do so together. */
const candidatesOf = (rows: ReadonlyArray<ReadonlyArray<string>>, wanted: Wanted): ReadonlyArray<Candidate> => {
  const among = (size: number) =>
    rows.flatMap((_, index): ReadonlyArray<Candidate> => {
      const own = rows.slice(index, index + size)
      const told = wanted(lowest({ rows: own, above: [] }).filter((name) => name !== ""))
      return told === undefined ? [] : [{ index, rows: own, ...told }]
    })
  const single = among(1)
  return single.length > 0 ? single : among(2)
}

/** A header that was found. */
export interface Found {
  readonly header: Header
  /** Whether a row below fills what is wanted. */
  readonly isFilled: boolean
}

/**
 * Finds the header among the first rows, blank ones left out: of those that name what is wanted, and below which rows fill
 * it, the one of which most is known. It may have two rows or three, one with the names of groups of columns.
 */
export const find = (top: ReadonlyArray<Line>, wanted: Wanted): Found | undefined => {
  const rows = top.map(texts)
  const headers = candidatesOf(rows, wanted).map(({ index, keys, known, rows: own }) => {
    const place = lowest({ rows: own, above: [] }).indexOf(keys[0] ?? "")
    const all = [...own]
    while (all.length < 3 && goesOn(all.at(-1) ?? [], place, top[index + all.length], wanted)) {
      all.push(rows[index + all.length] ?? [])
    }
    const end = index + all.length
    const isBelow = top[index - 1]?.number === (top[index]?.number ?? 0) - 1
    const groups = isBelow ? (rows[index - 1] ?? []) : []
    const above = groups.filter((name) => name !== "").length > 1 ? groups : []
    const start = top[index]?.number ?? 1
    const header = named({ rows: all, above }, own, wanted, start, top[end - 1]?.number ?? start)
    const filled = wanted(header.columns.filter((name) => !header.nameless.has(name)))?.keys ?? []
    return { header, known, isFilled: isFilledBelow(header.columns, filled, top.slice(end)) }
  })
  const filled = headers.filter(({ isFilled }) => isFilled)
  const most = Math.max(...filled.map(({ known }) => known))
  return filled.find(({ known }) => known === most) ?? headers[0]
}

/** A header of one row. */
export const of = (line: Line): Header => toHeader({ rows: [texts(line)], above: [] }, line.number, line.number)
