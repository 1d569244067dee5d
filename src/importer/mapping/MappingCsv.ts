import { Effect, Result, Stream } from "effect"
import { plain } from "../Fields.ts"
import type { Item } from "../Importer.ts"
import { frameworkOf } from "../sets/CisoAssistant.ts"
import * as Csv from "../text/Csv.ts"
import * as Archive from "../xlsx/Archive.ts"
import * as Xlsx from "../xlsx/Xlsx.ts"
import type { MappingFormat, MappingItem } from "./Mapping.ts"
import * as MappingStrm from "./MappingStrm.ts"
import * as MappingTable from "./MappingTable.ts"
import { asStored } from "./StoredCatalog.ts"

/** CSV with a source and a target in each row, and perhaps a type, a confidence and a note; streamed. */
export const format: MappingFormat = {
  name: "csv",
  summary: "pairs with a header, separated by comma, semicolon or tab",
  detect: (head) => Csv.columnsOf(head).length > 1 || Csv.hasTable(head, MappingTable.wanted()),
  read: Effect.fnUntraced(function* (input) {
    return yield* MappingTable.read(input, yield* Csv.table(input, MappingTable.wanted(input.options.columns)))
  })
}

const [sourceKey, targetKey] = ["source_framework_urn", "target_framework_urn"]

/**
 * The catalogs of a workbook of CISO Assistant: what the sheet beside that of the mappings calls its frameworks
 * (`mappings_meta` beside `mappings_content`).
 */
const frameworksOf = Effect.fnUntraced(function* (
  table: Effect.Success<ReturnType<typeof Xlsx.table>>,
  catalogs: ReadonlyArray<string> | undefined
) {
  if (!table.columns.some((name) => plain(name) === "sourcenodeid")) return {}
  const sheets = yield* table.valuesOf([sourceKey, targetKey])
  const found = sheets.get(table.sheet.replace(/_content$/u, "_meta"))
  const [from, to] = [found?.get(sourceKey), found?.get(targetKey)]
  return {
    ...(from !== undefined && { from: asStored(frameworkOf(from), catalogs) }),
    ...(to !== undefined && { to: asStored(frameworkOf(to), catalogs) })
  }
})

/** What is said of a workbook beside its rows: sheets that are not read. */
const remarksOf = (items: ReadonlyArray<Item>): ReadonlyArray<MappingItem> =>
  items.flatMap((item): ReadonlyArray<MappingItem> => {
    if (Result.isFailure(item)) return [Result.fail(item.failure)]
    if (item.success._tag === "Warning") return [Result.succeed(item.success)]
    if (item.success._tag !== "Unread") return []
    const { at, text } = item.success
    return [Result.succeed({ _tag: "Warning", at, problem: `is not read: ${text}. Name it as the sheet to read it` })]
  })

/** The same, or a set theory relationship mapping, in a sheet of a workbook; read whole. */
export const xlsx: MappingFormat = {
  name: "xlsx",
  summary: "pairs or a set theory relationship mapping in a sheet of an Excel workbook",
  detect: Archive.isWorkbook,
  read: Effect.fnUntraced(function* (input) {
    const { columns, sheet } = input.options
    const pairs = MappingTable.wanted(columns)
    const table = yield* Xlsx.table(input, (names) => MappingStrm.wanted(names) ?? pairs(names), sheet)
    const isStrm = MappingStrm.wanted(table.columns) !== undefined && pairs(table.columns) === undefined
    const remarks = Stream.fromIterable(remarksOf(table.remarks))
    if (!isStrm) return Stream.concat(yield* MappingTable.read(input, table), remarks)
    const { from, to } = input.options
    const named = from !== undefined && to !== undefined ? {} : yield* frameworksOf(table, input.options.catalogs)
    const said = { ...(from !== undefined && { from }), ...(to !== undefined && { to }) }
    const items = yield* MappingStrm.read({ ...input, options: { ...input.options, ...named, ...said } }, table)
    return Stream.concat(items, remarks)
  })
}
