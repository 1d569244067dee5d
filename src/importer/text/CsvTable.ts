import { Effect, Result, Stream } from "effect"
import { unguard } from "../../domain/CellText.ts"
import { ImportError } from "../../domain/ImportError.ts"
import { plain } from "../Fields.ts"
import type { TextOptions } from "../Importer.ts"
import { within } from "../Items.ts"
import { withHead } from "../source/Bytes.ts"
import { CellFault } from "../table/Cell.ts"
import type { Wanted } from "../table/Header.ts"
import * as Archive from "../xlsx/Archive.ts"
import * as Xlsx from "../xlsx/Xlsx.ts"
import * as Csv from "./Csv.ts"

/** A row of a table: the text of a cell by the name of its column; what is empty is not there. */
export interface TableRow {
  /** Such as `line 12`. */
  readonly at: string
  readonly cell: (column: string) => string | undefined
  /** The names of all columns of the table. */
  readonly columns: ReadonlyArray<string>
}

/** A table that has all columns that are needed; `Covered by` and `covered_by` are the same column. */
const wantedOf =
  (needed: ReadonlyArray<string>): Wanted =>
  (names) => {
    const there = new Map(names.map((name) => [plain(name), name]))
    const keys = needed.flatMap((name) => there.get(plain(name)) ?? [])
    return keys.length === needed.length ? { keys: [], known: keys.length } : undefined
  }

/**
 * Reads a table as this program writes it, also after a spreadsheet wrote it again: CSV with a byte order mark or without,
 * with `,`, `;` or a tab between cells, with any line ends, its columns in any order; or a sheet of a workbook. A row that
 * is wrong is a failure among the rows; a table without one of the columns that are needed fails as a whole.
 */
export const rows = (
  source: string,
  bytes: Stream.Stream<Uint8Array, ImportError>,
  needed: ReadonlyArray<string>,
  { encoding }: TextOptions = {}
): Stream.Stream<Result.Result<TableRow, ImportError>, ImportError> =>
  Stream.unwrap(
    Effect.gen(function* () {
      const opened = yield* withHead(source, bytes, encoding)
      if (opened.head.text.trim() === "" && opened.head.complete) {
        return yield* new ImportError({ source, problem: "is empty" })
      }
      const wanted = wantedOf(needed)
      const table = yield* Archive.isWorkbook(opened.head)
        ? Xlsx.table(opened, wanted, undefined)
        : Csv.table(opened, wanted)
      const columns = new Map(table.columns.toReversed().map((name) => [plain(name), name]))
      const missing = needed.filter((name) => !columns.has(plain(name)))
      if (missing.length > 0) {
        const problem = `there is no column ${missing.join(", ")}; there are ${table.columns.join(", ")}`
        return yield* new ImportError({ source, at: table.at, problem })
      }
      return table.rows.pipe(
        Stream.map(
          Result.flatMap(({ at, values }): Result.Result<TableRow, ImportError> => {
            const fault = Array.from(values).find(([, value]) => value instanceof CellFault)
            if (fault !== undefined && fault[1] instanceof CellFault) {
              return Result.fail(new ImportError({ source, at: within(at, fault[0]), problem: fault[1].problem }))
            }
            const cell = (column: string) => unguard(String(values.get(columns.get(plain(column)) ?? "") ?? ""))
            return Result.succeed({ at, cell, columns: table.columns })
          })
        )
      )
    })
  )
