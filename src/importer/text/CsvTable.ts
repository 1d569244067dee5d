import { Effect, Result, Stream } from "effect"
import { unguard } from "../../domain/CellText.ts"
import { ImportError } from "../../domain/ImportError.ts"
import { withHead } from "../source/Bytes.ts"
import { type CsvFault, type CsvRecord, delimiterOf, records } from "./CsvRecord.ts"
import { blocks } from "./Lines.ts"

/** A row of a table: the text of a cell by the name of its column; what is empty is not there. */
export interface TableRow {
  /** Such as `line 12`. */
  readonly at: string
  readonly cell: (column: string) => string | undefined
}

/** `Covered by` and `covered_by` are the same column. */
const plain = (name: string): string => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "")

const isBlank = (cells: ReadonlyArray<string>): boolean => cells.every((cell) => cell.trim() === "")

type Read = readonly [columns: Map<string, number>, rows: ReadonlyArray<Result.Result<TableRow, ImportError>>]

/** The first record names the columns, every other is a row. */
const step =
  (source: string, needed: ReadonlyArray<string>) =>
  (columns: Map<string, number>, record: Result.Result<CsvRecord, CsvFault>): Effect.Effect<Read, ImportError> => {
    if (Result.isFailure(record)) {
      const { line, problem } = record.failure
      const error = new ImportError({ source, at: `line ${line}`, problem })
      return columns.size === 0 ? Effect.fail(error) : Effect.succeed([columns, [Result.fail(error)]])
    }
    const { cells, line } = record.success
    const at = `line ${line}`
    if (columns.size === 0) {
      const found = new Map(cells.map((name, i) => [plain(name), i]))
      const missing = needed.filter((name) => !found.has(plain(name)))
      const problem = `there is no column ${missing.join(", ")}; there are ${cells.join(", ")}`
      return missing.length === 0 ? Effect.succeed([found, []]) : Effect.fail(new ImportError({ source, at, problem }))
    }
    if (cells.length > columns.size) {
      const problem = `has ${cells.length} cells, the header has ${columns.size}. A cell with the separator in it is put in quotation marks`
      return Effect.succeed([columns, [Result.fail(new ImportError({ source, at, problem }))]])
    }
    return Effect.succeed([
      columns,
      [Result.succeed({ at, cell: (column) => unguard(cells[columns.get(plain(column)) ?? -1] ?? "") })]
    ])
  }

/**
 * Reads CSV as this program writes it, also after a spreadsheet wrote it again: with a byte order mark or without, with
 * `,`, `;` or a tab between cells, with any line ends, its columns in any order. A row that is wrong is a failure among
 * the rows; a table without one of the columns that are needed fails as a whole.
 */
export const rows = (
  source: string,
  bytes: Stream.Stream<Uint8Array, ImportError>,
  needed: ReadonlyArray<string>
): Stream.Stream<Result.Result<TableRow, ImportError>, ImportError> =>
  Stream.unwrap(
    Effect.gen(function* () {
      const opened = yield* withHead(source, bytes)
      if (opened.head.text.trim() === "" && opened.head.complete) {
        return yield* new ImportError({ source, problem: "is empty" })
      }
      return records(blocks(opened), delimiterOf(opened.head.text)).pipe(
        Stream.filter((record) => Result.isFailure(record) || !isBlank(record.success.cells)),
        Stream.mapAccumEffect(() => new Map<string, number>(), step(source, needed))
      )
    })
  )
