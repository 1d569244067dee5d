import { Effect } from "effect"
import { ImportError } from "../../domain/ImportError.ts"
import { type Cell, CellFault, isBlank, unwrap } from "../table/Cell.ts"
import type { Line } from "../table/Header.ts"

/** A sheet of a workbook as it shows its cells. */
export interface Sheet {
  readonly name: string
  readonly isHidden: boolean
  /** Its rows, blank ones left out. */
  readonly lines: ReadonlyArray<Line>
}

type Value = string | number | boolean | Date | null

/** What the reader says of a cell beside its value. */
interface Detail {
  readonly type: string
  readonly formula?: string | undefined
  readonly style?: { readonly numFmt?: string | undefined } | undefined
}

/** Writes a value as a number format shows it. */
type Show = (format: string, value: number | Date) => string

/** Formats whose look depends on the machine's settings: the short dates and times, built in or by name. */
const isLocal = (format: string): boolean => /^(?:m\/d\/yyyy|\[\$-F[48]00\])/iu.test(format)

const isoOf = (date: Date): string | null =>
  Number.isNaN(date.getTime()) ? null : date.toISOString().replace(/T00:00:00\.000Z$/u, "")

/** A number as sheets keep it: 15 digits, so that sums of tenths have no noise. */
const exact = (value: number): number => Number(value.toPrecision(15))

/** A number that its format only writes otherwise where it shows something else. */
const shownNumber = (value: number, format: string | undefined, show: Show): Cell => {
  const number = exact(value)
  if (format === undefined || /^(?:General|@)$/iu.test(format)) return number
  const shown = show(format, number).trim()
  return shown === String(number) || shown === "" ? number : shown
}

const shownDate = (date: Date, format: string | undefined, show: Show): Cell => {
  const iso = isoOf(date)
  return iso === null || format === undefined || isLocal(format) ? iso : show(format, date).trim()
}

/** A formula of which only a constant or the text of a link is needed. */
const constantOf = (formula: string): string | undefined => {
  const text = unwrap(`=${formula}`)
  return text === `=${formula}` ? undefined : text
}

const notStored =
  "is a formula whose result is not stored in the file. Open the file in a spreadsheet program and save it there"

/** What a cell shows. */
const toCell = (value: Value, detail: Detail | undefined, show: Show): Cell => {
  if (detail?.type === "error") {
    return new CellFault(`shows the error ${String(value)}. Mend it in the spreadsheet`)
  }
  if (value === null) {
    const { formula, type } = detail ?? {}
    return type === "formula" && formula !== undefined ? (constantOf(formula) ?? new CellFault(notStored)) : null
  }
  if (value instanceof Date) return shownDate(value, detail?.style?.numFmt, show)
  return typeof value === "number" ? shownNumber(value, detail?.style?.numFmt, show) : value
}

interface Read {
  readonly name: string
  readonly rows: ReadonlyArray<ReadonlyArray<Value>>
  readonly cells?: ReadonlyMap<string, Detail> | undefined
  readonly merges?: ReadonlyArray<{ startRow: number; startCol: number; endRow: number; endCol: number }> | undefined
}

/** The rows of a sheet. A cell merged over several rows counts for each of them that has something of its own. */
const linesOf = ({ cells, merges = [], rows }: Read, show: Show): ReadonlyArray<Line> => {
  const lines = rows.map((row, index) => ({
    number: index + 1,
    cells: row.map((value, column) => toCell(value, cells?.get(`${index},${column}`), show))
  }))
  const filled = lines.filter((line) => !line.cells.every(isBlank))
  const byNumber = new Map(filled.map((line) => [line.number, line]))
  for (const { endRow, startCol, startRow } of merges) {
    const value = byNumber.get(startRow + 1)?.cells[startCol] ?? null
    if (isBlank(value)) continue
    for (let row = startRow + 1; row <= Math.min(endRow, lines.length - 1); row++) {
      const line = byNumber.get(row + 1)
      if (line !== undefined && isBlank(line.cells[startCol])) line.cells[startCol] = value
    }
  }
  return filled
}

/** Reads the sheets for which `isWanted` is true, and the names of all. */
export const read = Effect.fnUntraced(function* (
  source: string,
  bytes: Uint8Array,
  isWanted: (index: number) => boolean
) {
  const { readXlsx } = yield* Effect.promise(() => import("hucre/xlsx"))
  const { format } = yield* Effect.promise(() => import("numfmt"))
  const show: Show = (pattern, value) => format(pattern, value, { throws: false })
  const names: Array<string> = []
  const hidden: Array<boolean> = []
  const { sheets } = yield* Effect.tryPromise({
    try: () =>
      readXlsx(bytes, {
        readStyles: true,
        sheets: (info) => {
          const isHidden = info.hidden === true || info.veryHidden === true
          names.push(info.name)
          hidden.push(isHidden)
          return isWanted(info.index)
        }
      }),
    catch: (cause) => {
      const reason = cause instanceof Error ? cause.message : String(cause)
      return new ImportError({ source, problem: `is not a workbook that can be read: ${reason}`, cause })
    }
  })
  const found = sheets.map(
    (sheet): Sheet => ({
      name: sheet.name,
      isHidden: hidden[names.indexOf(sheet.name)] === true,
      lines: linesOf(sheet, show)
    })
  )
  return { names, sheets: found }
})
