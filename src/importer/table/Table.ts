import { Effect, Result, Stream } from "effect"
import { ImportError } from "../../domain/ImportError.ts"
import type { Item } from "../Importer.ts"
import type { Row } from "../Rows.ts"
import { failure } from "../Items.ts"
import { type Cell, isBlank, unwrap } from "./Cell.ts"
import * as Header from "./Header.ts"

/** Rows of cells as a reader finds them: the first ones, and all of them as a stream. */
export interface Lines {
  readonly source: string
  /** Where a line stands: `line 12`, `row 12`. */
  readonly at: (number: number) => string
  /** The first lines, blank ones left out. */
  readonly top: ReadonlyArray<Header.Line>
  /** All lines in their order. */
  readonly all: Stream.Stream<Result.Result<Header.Line, ImportError>, ImportError>
  /** What is to be said of the source beside its rows. */
  readonly remarks?: ReadonlyArray<Item> | undefined
}

/** A table: the names of its columns, and its rows by them. */
export interface Table {
  readonly source: string
  /** The names of the columns, each different: `Notes 2` for the second of a name, `Column 3` for a third without one. */
  readonly columns: ReadonlyArray<string>
  /** Columns that the header calls the same, but for case and punctuation. */
  readonly alike: Header.Header["alike"]
  /** Where its header stands. */
  readonly at: string
  /** Whether one of the first rows fills a column. */
  readonly isFilled: (column: string) => boolean
  /** The first rows. */
  readonly sample: ReadonlyArray<Row>
  /** All rows but blank ones and repeated headers; a row that cannot be read is a failure. */
  readonly rows: Stream.Stream<Result.Result<Row, ImportError>, ImportError>
  /** Each row turned into something else; a row that cannot be read stays a failure. */
  readonly items: <A>(read: (row: Row) => A) => Stream.Stream<A | Result.Result<never, ImportError>, ImportError>
  readonly remarks: ReadonlyArray<Item>
}

/** Every row as a table has it, without what is not wanted. */
const toRow =
  (lines: Lines, columns: ReadonlyArray<string>) =>
  ({ cells, number }: Header.Line): Result.Result<Row, ImportError> => {
    const at = lines.at(number)
    if (cells.length > columns.length && !cells.slice(columns.length).every(isBlank)) {
      const count = `has ${cells.length} cells, the header has ${columns.length}`
      return failure(lines.source, at, `${count}. A cell with the separator in it is put in quotation marks`)
    }
    const values = new Map<string, Cell>()
    for (let index = 0; index < columns.length; index++) {
      const cell = cells[index] ?? ""
      values.set(columns[index] ?? "", typeof cell === "string" ? unwrap(cell) : cell)
    }
    return Result.succeed({ at, values })
  }

const textOf = (cell: Cell | undefined): string => (typeof cell === "string" ? cell.trim() : "")

/** Whether a line is the header once more, as exports repeat it on every page. */
const repeats = (written: ReadonlyArray<string>, { cells }: Header.Line): boolean =>
  textOf(cells.find((cell) => !isBlank(cell))) === written.find((name) => name !== "") &&
  written.every((name, column) => textOf(cells[column]).replace(/\s+/gu, " ") === name) &&
  cells.slice(written.length).every(isBlank)

/** A table below its header. */
const below = (lines: Lines, header: Header.Header): Table => {
  const read = toRow(lines, header.columns)
  const isRow = (line: Header.Line) =>
    line.number > header.last && !line.cells.every(isBlank) && !repeats(header.written, line)
  const sample = lines.top.filter(isRow).map(read).filter(Result.isSuccess)
  const filled = new Set(
    sample.flatMap(({ success }) => Array.from(success.values).flatMap(([name, cell]) => (isBlank(cell) ? [] : [name])))
  )
  const rows = lines.all.pipe(
    Stream.filter((line) => Result.isFailure(line) || isRow(line.success)),
    Stream.map(Result.flatMap(read))
  )
  return {
    source: lines.source,
    columns: header.columns,
    alike: header.alike,
    at: lines.at(header.last),
    isFilled: (column) => sample.length === 0 || filled.has(column),
    sample: sample.map(({ success }) => success),
    rows,
    items: (toItem) =>
      Stream.map(rows, (row) => (Result.isFailure(row) ? Result.fail(row.failure) : toItem(row.success))),
    remarks: lines.remarks ?? []
  }
}

const filledCells = ({ cells }: Header.Line): number => cells.filter((cell) => !isBlank(cell)).length

/**
 * Finds the header of a table. Without `wanted` it is the first row; where no row has what is wanted, the first with two
 * cells, so that a reader can say what it misses.
 */
export const make = (lines: Lines, wanted?: Header.Wanted): Effect.Effect<Table, ImportError> => {
  const guess = lines.top.find((line) => filledCells(line) > 1) ?? lines.top[0]
  const first = wanted === undefined ? lines.top[0] : guess
  const header = (wanted && Header.find(lines.top, wanted)?.header) ?? (first && Header.of(first))
  return header === undefined
    ? Effect.fail(
        new ImportError({
          source: lines.source,
          at: lines.at(1),
          problem: "there is no header: a row must name the columns"
        })
      )
    : Effect.succeed(below(lines, header))
}

/** Why the columns of a table do not say what is wanted, and how one would say it. */
export interface ColumnFault {
  readonly problem: string
  readonly example: string
}

/** What is wrong with a column that holds a field, where the header has others called the same. */
export const ambiguity = (
  { alike }: Table,
  fields: ReadonlyMap<string, string>,
  named: Readonly<Record<string, string | undefined>>
): ColumnFault | undefined => {
  for (const [field, column] of fields) {
    const group = alike.find((names) => names.includes(column))
    if (group === undefined || named[field] !== undefined) continue
    const names = group.map((name) => JSON.stringify(name)).join(" and ")
    const problem = `${field} may stand in ${group.length} columns that are called the same: ${names}. Say which one it is`
    return { problem, example: `${field}=${column}` }
  }
  return undefined
}
