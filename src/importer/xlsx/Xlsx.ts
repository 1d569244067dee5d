import { Effect, Result, Stream } from "effect"
import { ImportError } from "../../domain/ImportError.ts"
import { setOption } from "../../domain/Remedy.ts"
import type { Contents, Format, Input, Item } from "../Importer.ts"
import { readBytes } from "../source/Bytes.ts"
import { isBlank } from "../table/Cell.ts"
import * as Header from "../table/Header.ts"
import * as References from "../table/References.ts"
import * as Table from "../table/Table.ts"
import * as Archive from "./Archive.ts"
import * as Sheets from "./Sheets.ts"

const top = (sheet: Sheets.Sheet) => sheet.lines.slice(0, Header.maxAbove)

/** A sheet with the names that its columns seem to have. */
const describe = ({ lines, name }: Sheets.Sheet): string => {
  const texts = lines
    .map(({ cells }) => cells.filter((cell) => typeof cell === "string" && cell.trim() !== "").map(String))
    .find((row) => row.length > 1)
  return `${name} (${texts?.slice(0, 6).join(", ") ?? (lines.length === 0 ? "blank" : "no table")})`
}

/** Other sheets that hold what is wanted: they are not read, and that is told. */
const othersOf = (others: ReadonlyArray<Sheets.Sheet>, wanted: Header.Wanted): ReadonlyArray<Item> =>
  others
    .filter((sheet) => Header.find(top(sheet), wanted)?.isFilled === true)
    .map((sheet) =>
      sheet.isHidden
        ? Result.succeed({
            _tag: "Warning",
            at: `sheet ${sheet.name}`,
            problem: "the sheet is hidden, so it is not read. Name it as the sheet to read it"
          })
        : Result.succeed({
            _tag: "Unread",
            kind: "sheet",
            at: `sheet ${sheet.name}`,
            text: `a table of ${sheet.lines.length} rows`
          })
    )

/** The sheet that was asked for, by name or number. */
const named = Effect.fnUntraced(function* (source: string, bytes: Uint8Array, sheet: string | number) {
  const number = typeof sheet === "number" || /^\d+$/u.test(sheet) ? Number(sheet) - 1 : -1
  const { names } = yield* Sheets.read(source, bytes, () => false)
  const place = names.indexOf(String(sheet))
  const index = place === -1 ? number : place
  const { sheets } = yield* Sheets.read(source, bytes, (at) => at === index)
  const problem = names.length === 0 ? "has no sheet" : `has no sheet ${sheet}; there are ${names.join(", ")}`
  const [found] = sheets
  return found === undefined
    ? yield* new ImportError({ source, reason: "option", problem, remedy: setOption("sheet", names[0]) })
    : { sheet: found, isFirst: false, others: [] }
})

/** The first sheet that is not hidden and holds what is wanted. */
const first = Effect.fnUntraced(function* (source: string, bytes: Uint8Array, wanted: Header.Wanted) {
  const { names, sheets } = yield* Sheets.read(source, bytes, () => true)
  const visible = sheets.filter(({ isHidden }) => !isHidden)
  const shown = visible.length > 0 ? visible : sheets
  const sheet =
    shown.find((sheet) => Header.find(top(sheet), wanted)?.isFilled) ??
    shown.find((sheet) => Header.find(top(sheet), wanted) !== undefined)
  if (sheet !== undefined)
    return { sheet, isFirst: sheet === shown[0], others: sheets.filter((other) => other !== sheet) }
  const [only] = shown
  if (only !== undefined && shown.length === 1 && only.lines.length > 0)
    return { sheet: only, isFirst: true, others: [] }
  const problem =
    names.length === 0
      ? "has no sheet"
      : `no sheet has a row that names the columns that are needed. There are ${shown.map(describe).join("; ")}. ` +
        "Say which sheet is meant, and which of its columns is which"
  return yield* new ImportError({ source, reason: "option", problem, remedy: setOption("sheet", names[0]) })
})

/** The values that sheets have beside these keys, which stand in the first column: those of each sheet by its name. */
const valuesOf = Effect.fnUntraced(function* (source: string, bytes: Uint8Array, keys: ReadonlyArray<string>) {
  const { sheets } = yield* Sheets.read(source, bytes, () => true)
  return new Map(
    sheets.map(({ lines, name }) => [
      name,
      new Map(
        lines.slice(0, Header.maxAbove).flatMap(({ cells: [key, value] }) => {
          const found = keys.find((one) => one === String(key).trim().toLowerCase())
          return found === undefined || isBlank(value) ? [] : [[found, String(value).trim()] as const]
        })
      )
    ])
  )
})

/** Reads a sheet of a workbook as a table; `wanted` is what it must hold. */
export const table = Effect.fnUntraced(function* (
  input: Contents,
  wanted: Header.Wanted,
  sheet: string | number | undefined
) {
  const source = input.head.name
  const problem = Archive.faultOf(input.head)
  if (problem !== undefined) return yield* new ImportError({ source, reason: "unsupported", problem })
  const bytes = yield* readBytes(input, "Save the sheet as CSV")
  yield* Archive.check(source, bytes)
  const found = yield* sheet === undefined ? first(source, bytes, wanted) : named(source, bytes, sheet)
  const { lines, name } = found.sheet
  const made = yield* Table.make(
    {
      source,
      at: (number) => (found.isFirst ? `row ${number}` : `sheet ${name}, row ${number}`),
      top: lines.slice(0, Header.maxAbove),
      all: Stream.fromIterable(lines, { chunkSize: 512 }).pipe(Stream.map(Result.succeed)),
      remarks: othersOf(found.others, wanted)
    },
    wanted
  )
  return {
    ...made,
    /** The name of the sheet. */
    sheet: name,
    /** What other sheets say beside these keys. */
    valuesOf: (keys: ReadonlyArray<string>) => valuesOf(source, bytes, keys)
  }
})

const read = Effect.fnUntraced(function* (input: Input) {
  const { columns, sheet } = input.options
  return yield* References.read(input, yield* table(input, References.wanted(columns), sheet))
})

/** A sheet of an XLSX workbook; read whole, at most 64 MB packed and 128 MB unpacked. */
export const format: Format = {
  name: "xlsx",
  summary: "a sheet of an Excel workbook",
  detect: Archive.isWorkbook,
  read
}
