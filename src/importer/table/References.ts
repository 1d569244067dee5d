import { Effect, Result, Stream } from "effect"
import { ImportError } from "../../domain/ImportError.ts"
import { setOption } from "../../domain/Remedy.ts"
import * as Fields from "../Fields.ts"
import type { Columns, Input, Item } from "../Importer.ts"
import { failure, named, warning, within } from "../Items.ts"
import * as ReferenceWords from "../ReferenceWords.ts"
import * as Rows from "../Rows.ts"
import { CellFault, isBlank } from "./Cell.ts"
import * as Dates from "./Dates.ts"
import * as Groups from "./Groups.ts"
import type { Wanted } from "./Header.ts"
import { ambiguity, type ColumnFault, type Table } from "./Table.ts"

type References = Fields.Fields<ReferenceWords.Field>

/** A table of references names an identifier and a title or a text, and what the caller named. */
export const wanted =
  (columns: Columns = {}): Wanted =>
  (names) => {
    const fields = ReferenceWords.resolveColumns(names, columns)
    const [id, text] = [fields.get("id") ?? fields.get("uri"), fields.get("title") ?? fields.get("description")]
    if (id === undefined || text === undefined || names.length < 2) return undefined
    return [...fields.values()].every((name) => names.includes(name))
      ? { keys: [id, text], known: fields.size }
      : undefined
  }

/** What is wrong with the columns of a table as a whole. */
const problemOf = (table: Table, fields: References, columns: Columns): ColumnFault | undefined => {
  const there = `The columns are ${table.columns.join(", ")}`
  const missing = Fields.missing(ReferenceWords.fields, table.columns, columns)
  const [first = "ID", second = "Title"] = table.columns
  if (missing !== undefined) return { problem: missing, example: `id=${first}` }
  const [hasId, hasText] = [fields.has("id") || fields.has("uri"), fields.has("title") || fields.has("description")]
  if (hasId && hasText) return ambiguity(table, fields, columns)
  const lacks = hasId
    ? "no column is known to hold a title or a description"
    : `no column is known to hold the identifier${hasText ? "" : ", nor a title or a description"}`
  const wanted = hasId ? "title or description" : hasText ? "id" : "id and title"
  return {
    problem: `${lacks}. ${there}. Say which column is which: ${wanted}`,
    example: [...(hasId ? [] : [`id=${first}`]), ...(hasText ? [] : [`title=${second}`])].join(",")
  }
}

/** A line that names the rows below it. */
interface Section {
  readonly column: string
  readonly value: unknown
}

const looksLikeIdentifier = (value: unknown): boolean =>
  typeof value !== "string" || /^\S*[\d_.:-]\S*$/u.test(value.trim())

/** A row with one cell that is neither an identifier, a title nor a text: the name of the rows below. */
const sectionOf = (row: Rows.Row, fields: References): Section | undefined => {
  const id = fields.get("id")
  let found: Section | undefined
  let isFirst = true
  for (const [column, value] of row.values) {
    if (isBlank(value)) {
      isFirst = false
      continue
    }
    if (found !== undefined || !(column === id ? !looksLikeIdentifier(value) : isFirst)) return undefined
    found = { column: column === id ? "chapter" : column, value }
    isFirst = false
  }
  if (found === undefined) return undefined
  return found.column !== "chapter" && [...fields.values()].includes(found.column) ? undefined : found
}

/** A row below a section has its name, unless it has one of its own. */
const inSection = (row: Rows.Row, section: Section | undefined): Rows.Row =>
  section === undefined || !isBlank(row.values.get(section.column))
    ? row
    : { ...row, values: new Map([...row.values, [section.column, section.value]]) }

/** A formula that a program wrote where its result should stand: `=A1&"-1"`, `=CONCAT(A1;B1)`. */
const isFormula = (value: unknown): boolean =>
  typeof value === "string" && /^=\s*(?:\$?[A-Z]{1,3}\$?\d+\b|[A-Z][A-Z.]*\()/iu.test(value)

/** What cannot be read of a row: it fails the row where it holds a field, and costs a warning elsewhere. */
const faultsOf = (source: string, row: Rows.Row, fields: References): ReadonlyArray<Item> => {
  const found: Array<Item> = []
  const used = new Set(fields.values())
  for (const [column, value] of row.values) {
    if (used.has(column) && isFormula(value)) {
      return [
        failure(
          source,
          within(row.at, column),
          "is a formula, not what it shows. Save the table from a spreadsheet program"
        )
      ]
    }
    if (!(value instanceof CellFault)) continue
    const at = within(row.at, column)
    if (used.has(column)) return [failure(source, at, value.problem)]
    found.push(Result.succeed({ _tag: "Warning", at, problem: `${value.problem}. The row is imported without it` }))
  }
  return found
}

const withoutFaults = (row: Rows.Row): Rows.Row => ({
  ...row,
  values: new Map(Array.from(row.values).filter(([, value]) => !(value instanceof CellFault)))
})

/** What the rows above tell of those below. */
interface Above extends Groups.Above {
  readonly section: Section | undefined
}

const aDate =
  "looks like a date that a spreadsheet made of the identifier. Where it did, correct it there, in a column of texts"

/** Whether the columns are those of relations between references, and of no reference. */
const isMapping = (table: Table, fields: References): boolean =>
  !["id", "uri", "title", "description"].some((field) => [...fields.keys()].some((known) => known === field)) &&
  ["source", "target"].every((word) => table.columns.some((name) => Fields.plain(name) === word))

/** What ciso-assistant's sheets leave blank for what only groups other rows. */
const isHeading = (value: unknown): boolean => isBlank(value) || /^(?:no|false|0|n)$/iu.test(String(value).trim())

/** Reads the rows of a table as references. What is wrong with the table as a whole is one failure. */
export const read = Effect.fnUntraced(function* (input: Input, table: Table) {
  const { source } = table
  const { columns = {} } = input.options
  const fields = ReferenceWords.resolveColumns(table.columns, columns, table.isFilled)
  const fault = problemOf(table, fields, columns)
  if (fault !== undefined && isMapping(table, fields)) {
    const problem = `relates references to each other, and has none itself: its columns are ${table.columns.join(", ")}`
    const remedy = { action: "importRelations" } as const
    return yield* new ImportError({ source, at: table.at, reason: "unsupported", problem, remedy })
  }
  if (fault !== undefined) {
    const remedy = setOption("columns", fault.example)
    return yield* new ImportError({ source, at: table.at, reason: "option", problem: fault.problem, remedy })
  }
  const catalog = yield* Rows.catalogOf(input, undefined, table.sample[0])
  const toItem = Rows.reader(input, catalog, fields)
  const assessable = table.columns.find((name) => Fields.plain(name) === "assessable")
  const toEntry = (row: Rows.Row): Item => {
    const item = toItem(row)
    if (assessable === undefined || !isHeading(row.values.get(assessable))) return item
    return named(item, { role: "heading" })
  }
  const groups = Groups.columnsOf(table.columns, new Set(fields.values()), table.sample)
  const id = fields.get("id") ?? fields.get("uri") ?? ""
  const hasDates = Dates.areDates(id, table.sample)
  const rows = table.rows.pipe(
    Stream.mapAccum(
      (): Above => ({ ...Groups.start, section: undefined }),
      (above, found): readonly [Above, ReadonlyArray<Item>] => {
        if (Result.isFailure(found)) return [above, [Result.fail(found.failure)]]
        const row = found.success
        const section = sectionOf(row, fields)
        if (section !== undefined) return [{ ...above, section }, []]
        const faults = faultsOf(source, row, fields)
        if (faults.some(Result.isFailure)) return [above, faults]
        const own = inSection(faults.length === 0 ? row : withoutFaults(row), above.section)
        const whole = Groups.fill(groups, above, own)
        const value = row.values.get(id)
        const told =
          hasDates || !Dates.isDate(value)
            ? whole.told
            : [...whole.told, warning(within(row.at, id), `${String(value).trim()} ${aDate}`)]
        return [{ ...above, ...whole.above }, [...faults, ...told, toEntry(whole.row)]]
      }
    )
  )
  return { catalog, items: Stream.concat(Stream.fromIterable(table.remarks), rows) }
})
