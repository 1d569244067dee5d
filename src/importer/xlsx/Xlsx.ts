import { Effect, Result, Stream } from "effect"
import { ImportError } from "../../domain/ImportError.ts"
import { readBytes } from "../source/Bytes.ts"
import type { Columns, Format, Head, Input, Item } from "../Importer.ts"
import { failure } from "../Items.ts"
import * as Rows from "../Rows.ts"
import { isZip, readDirectory, unpack } from "./Zip.ts"

type Cell = string | number | boolean | Date | null

/** Workbooks are refused that hold what no spreadsheet program writes. */
const checkArchive = Effect.fnUntraced(function* (source: string, bytes: Uint8Array) {
  const fail = (problem: string) => new ImportError({ source, problem })
  const directory = readDirectory(bytes)
  if (Result.isFailure(directory)) return yield* fail(directory.failure)
  const entries = directory.success
  if (!entries.some(({ name }) => /^xl\/workbook\.(?:xml|bin)$/iu.test(name))) {
    const names = entries.slice(0, 3).map(({ name }) => name)
    return yield* fail(
      `is a ZIP archive but no XLSX workbook (${names.join(", ")}…). Unpack it and import the file inside`
    )
  }
  const seen = new Set<string>()
  for (const entry of entries) {
    if (seen.has(entry.name)) return yield* fail(`has ${entry.name} in it twice`)
    seen.add(entry.name)
    const { buffer, byteLength, byteOffset } = yield* unpack(source, bytes, entry)
    const content = Buffer.from(buffer, byteOffset, byteLength)
    if (/\.(?:xml|rels|vml)$/iu.test(entry.name) && (content.includes("<!DOCTYPE") || content.includes("<!ENTITY"))) {
      const problem = "has a document type declaration (DTD), which is refused"
      return yield* new ImportError({ source, at: entry.name, problem })
    }
  }
})

interface Sheet {
  readonly name: string
  readonly rows: ReadonlyArray<ReadonlyArray<Cell>>
}

/** Reads the sheet that was asked for, by name or number, or the first that is not hidden. */
const readSheet = Effect.fnUntraced(function* (input: Input, bytes: Uint8Array) {
  const source = input.head.name
  const wanted = input.options.sheet
  const { readXlsx } = yield* Effect.promise(() => import("hucre/xlsx"))
  const load = (index: number, names: Array<string>, hidden: Array<boolean>) =>
    Effect.tryPromise({
      try: () =>
        readXlsx(bytes, {
          sheets: (info) => {
            names.push(info.name)
            hidden.push(info.hidden === true || info.veryHidden === true)
            return info.index === index
          }
        }),
      catch: (cause) => {
        const reason = cause instanceof Error ? cause.message : String(cause)
        return new ImportError({ source, problem: `is not a workbook that can be read: ${reason}`, cause })
      }
    })
  const names: Array<string> = []
  const hidden: Array<boolean> = []
  yield* load(-1, names, hidden)
  const number = typeof wanted === "number" || /^\d+$/u.test(wanted ?? "") ? Number(wanted) - 1 : -1
  const named = names.indexOf(String(wanted))
  const index = wanted === undefined ? Math.max(hidden.indexOf(false), 0) : named !== -1 ? named : number
  if (names[index] === undefined) {
    const problem = names.length === 0 ? "has no sheet" : `has no sheet ${wanted}; there are ${names.join(", ")}`
    return yield* new ImportError({ source, reason: "option", problem })
  }
  const { sheets } = yield* load(index, [], [])
  const sheet: Sheet = { name: names[index], rows: sheets[0]?.rows ?? [] }
  return sheet
})

const isBlank = (cell: Cell | undefined): boolean =>
  cell === undefined || cell === null || (typeof cell === "string" && cell.trim() === "")

/** How many rows may stand above the header. */
const maxAbove = 50

/** The row that names the columns: the first with an identifier and a title, else the first with two cells. */
const headerOf = (rows: Sheet["rows"], columns: Columns): number => {
  const top = rows.slice(0, maxAbove)
  const named = top.findIndex((row) => {
    const names = row.filter((cell): cell is string => typeof cell === "string" && cell.trim() !== "")
    const found = Rows.resolve(
      names.map((name) => name.trim()),
      columns
    )
    return (found.has("id") || found.has("uri")) && found.has("title") && names.length > 1
  })
  return named === -1 ? top.findIndex((row) => row.filter((cell) => !isBlank(cell)).length > 1) : named
}

/** A date without a time is written as such. */
const plain = (cell: Cell): unknown =>
  cell instanceof Date
    ? Number.isNaN(cell.getTime())
      ? null
      : cell.toISOString().replace(/T00:00:00\.000Z$/u, "")
    : cell

const read = Effect.fnUntraced(function* (input: Input) {
  const source = input.head.name
  const bytes = yield* readBytes(input, "Save the sheet as CSV")
  yield* checkArchive(source, bytes)
  const { name, rows } = yield* readSheet(input, bytes)
  const columns = input.options.columns ?? {}
  const header = headerOf(rows, columns)
  const where = (index: number) => (input.options.sheet === undefined ? "" : `sheet ${name}, `) + `row ${index + 1}`
  if (header === -1) {
    return yield* new ImportError({ source, problem: `the sheet ${name} has no row that names columns` })
  }
  const names = (rows[header] ?? []).map((cell) => (isBlank(cell) ? "" : String(cell).trim()))
  const fail = (problem: string) => new ImportError({ source, at: where(header), problem })
  const repeated = names.find((name, index) => name !== "" && names.indexOf(name) !== index)
  if (repeated !== undefined) return yield* fail(`the column ${JSON.stringify(repeated)} is there twice`)
  const missing = Rows.missingColumns(names, columns)
  if (missing.length > 0) {
    return yield* fail(`there is no column ${missing.join(", ")}; there are ${names.filter(Boolean).join(", ")}`)
  }
  const toRow = (cells: ReadonlyArray<Cell>, index: number): Rows.Row => ({
    at: where(index),
    values: new Map(
      names.flatMap((name, column) => (name === "" ? [] : [[name, plain(cells[column] ?? null)] as const]))
    )
  })
  const filled = rows
    .map((cells, index) => ({ cells, index }))
    .filter(({ cells, index }) => index > header && cells.some((cell) => !isBlank(cell)))
  const [first] = filled
  const catalog = yield* Rows.catalogOf(input, undefined, first && toRow(first.cells, first.index))
  const toItem = Rows.reader(input, catalog)
  const items = Stream.fromIterable(filled, { chunkSize: 512 }).pipe(
    Stream.map(({ cells, index }): Item => {
      const nameless = cells.findIndex((cell, column) => !isBlank(cell) && (names[column] ?? "") === "")
      return nameless === -1
        ? toItem(toRow(cells, index))
        : failure(source, where(index), `cell ${nameless + 1} has no name in the header`)
    })
  )
  return { catalog, items }
})

/** Old workbooks, and those with a password, are no ZIP archives. */
const isOldOrEncrypted = ({ bytes }: Head): boolean =>
  [0xd0, 0xcf, 0x11, 0xe0].every((byte, index) => bytes[index] === byte)

/** A sheet of an XLSX workbook; read whole, at most 64 MB packed and 128 MB unpacked. */
export const format: Format = {
  name: "xlsx",
  summary: "a sheet of an Excel workbook",
  detect: (head) => isZip(head.bytes) || isOldOrEncrypted(head),
  read: (input) =>
    isOldOrEncrypted(input.head)
      ? Effect.fail(
          new ImportError({
            source: input.head.name,
            reason: "unsupported",
            problem: "is an old workbook (.xls) or one with a password. Save it as .xlsx without a password, or as CSV"
          })
        )
      : isZip(input.head.bytes)
        ? read(input)
        : Effect.fail(
            new ImportError({ source: input.head.name, reason: "unsupported", problem: "is not an XLSX workbook" })
          )
}
