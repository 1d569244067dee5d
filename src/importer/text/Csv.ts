import { Effect, Result, Stream } from "effect"
import { ImportError } from "../../domain/ImportError.ts"
import { type CsvRecord, delimiterOf, parse, records } from "./CsvRecord.ts"
import type { Contents, Format, Head, Input } from "../Importer.ts"
import { failure } from "../Items.ts"
import { blocks, countLines } from "./Lines.ts"
import { extensionOf } from "../Names.ts"
import * as Rows from "../Rows.ts"

/** The header of a CSV source and its rows by their columns. */
export interface Table {
  readonly columns: ReadonlyArray<string>
  /** The first row, where it is whole in the head. */
  readonly first: Rows.Row | undefined
  /** All rows but blank ones, each turned into an item; a row that cannot be read is a failure. */
  readonly items: <A>(read: (row: Rows.Row) => A) => Stream.Stream<A | Result.Result<never, ImportError>, ImportError>
}

/** What a publisher does otherwise than RFC 4180. */
export interface TableOptions {
  /** Rows, but not the header, may end with a separator. Default: false. */
  readonly trailingSeparator?: boolean
}

const isBlank = (cells: ReadonlyArray<string>): boolean => cells.every((cell) => cell.trim() === "")

/** The records at the beginning of a text, blank ones left out. */
const firstRecords = (head: Head, delimiter: string, limit: number): ReadonlyArray<CsvRecord> => {
  const text = head.text.includes("\n") ? head.text : head.text.replaceAll("\r", "\n")
  const found: Array<CsvRecord> = []
  for (let at = 0, line = 1; at < text.length && found.length < limit; ) {
    const parsed = parse(text, at, delimiter, head.complete)
    if (parsed === undefined || (parsed.end === text.length && !head.complete)) break
    if (Result.isSuccess(parsed.record) && !isBlank(parsed.record.success)) {
      found.push({ line, cells: parsed.record.success })
    }
    line += countLines(text, at, parsed.end)
    at = parsed.end
  }
  return found
}

/** The names of the columns; none where the text is not CSV with at least two of them. */
export const columnsOf = (head: Head): ReadonlyArray<string> => {
  const [header] = firstRecords(head, delimiterOf(head.text), 1)
  return header === undefined || header.cells.length < 2 ? [] : header.cells.map((name) => name.trim())
}

const toRow = (
  source: string,
  columns: ReadonlyArray<string>,
  record: CsvRecord,
  options: TableOptions
): Result.Result<Rows.Row, Result.Result<never, ImportError>> => {
  const at = `line ${record.line}`
  const isExtra = record.cells.length === columns.length + 1 && record.cells.at(-1)?.trim() === ""
  const cells = options.trailingSeparator === true && isExtra ? record.cells.slice(0, -1) : record.cells
  if (cells.length !== columns.length) {
    const expected = `the header has ${columns.length}`
    return Result.fail(
      failure(
        source,
        at,
        `has ${cells.length} ${cells.length === 1 ? "cell" : "cells"}, ${expected}. ` +
          "A cell with the separator in it is put in quotation marks"
      )
    )
  }
  const nameless = cells.findIndex((cell, index) => columns[index] === "" && cell.trim() !== "")
  if (nameless !== -1) return Result.fail(failure(source, at, `cell ${nameless + 1} has no name in the header`))
  return Result.succeed({
    at,
    values: new Map(columns.flatMap((name, index) => (name === "" ? [] : [[name, cells[index]] as const])))
  })
}

/** Reads the header of a CSV source, with `,`, `;` or a tab between cells. */
export const table = (input: Contents, options: TableOptions = {}): Effect.Effect<Table, ImportError> =>
  Effect.gen(function* () {
    const source = input.head.name
    const delimiter = delimiterOf(input.head.text)
    const [header, second] = firstRecords(input.head, delimiter, 2)
    if (header === undefined) {
      return yield* new ImportError({
        source,
        at: "line 1",
        problem: "there is no header: the first line must name the columns"
      })
    }
    const columns = header.cells.map((name) => name.trim())
    const repeated = columns.find((name, index) => name !== "" && columns.indexOf(name) !== index)
    if (repeated !== undefined) {
      return yield* new ImportError({
        source,
        at: `line ${header.line}`,
        problem: `the column ${JSON.stringify(repeated)} is there twice`
      })
    }
    const first = second === undefined ? undefined : toRow(source, columns, second, options)
    return {
      columns,
      first: first !== undefined && Result.isSuccess(first) ? first.success : undefined,
      items: <A>(read: (row: Rows.Row) => A) =>
        records(blocks(input), delimiter).pipe(
          Stream.filter(
            (record) =>
              Result.isFailure(record) || (record.success.line !== header.line && !isBlank(record.success.cells))
          ),
          Stream.map((record): A | Result.Result<never, ImportError> => {
            if (Result.isFailure(record)) return failure(source, `line ${record.failure.line}`, record.failure.problem)
            const row = toRow(source, columns, record.success, options)
            return Result.isSuccess(row) ? read(row.success) : row.failure
          })
        )
    }
  })

const read = Effect.fnUntraced(function* (input: Input) {
  const { columns, first, items } = yield* table(input)
  const missing = Rows.missingColumns(columns, input.options.columns ?? {})
  if (missing.length > 0) {
    return yield* new ImportError({
      source: input.head.name,
      at: "line 1",
      reason: "option",
      problem: `there is no column ${missing.join(", ")}; there are ${columns.join(", ")}`
    })
  }
  const catalog = yield* Rows.catalogOf(input, undefined, first)
  return { catalog, items: items(Rows.reader(input, catalog)) }
})

/** CSV (RFC 4180) whose first line names the columns; streamed. */
export const format: Format = {
  name: "csv",
  summary: "rows with a header, separated by comma, semicolon or tab",
  detect: (head) =>
    ["csv", "tsv"].includes(extensionOf(head.name)) || (!/^\s*[[{<]/u.test(head.text) && columnsOf(head).length > 1),
  read
}
