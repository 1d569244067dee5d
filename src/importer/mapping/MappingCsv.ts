import { Effect } from "effect"
import * as Csv from "../text/Csv.ts"
import * as Archive from "../xlsx/Archive.ts"
import * as Xlsx from "../xlsx/Xlsx.ts"
import type { MappingFormat } from "./Mapping.ts"
import * as MappingStrm from "./MappingStrm.ts"
import * as MappingTable from "./MappingTable.ts"

/** CSV with a source and a target in each row, and perhaps a type, a confidence and a note; streamed. */
export const format: MappingFormat = {
  name: "csv",
  summary: "pairs with a header, separated by comma, semicolon or tab",
  detect: (head) => Csv.columnsOf(head).length > 1 || Csv.hasTable(head, MappingTable.wanted()),
  read: Effect.fnUntraced(function* (input) {
    return yield* MappingTable.read(input, yield* Csv.table(input, MappingTable.wanted(input.options.columns)))
  })
}

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
    return yield* (isStrm ? MappingStrm : MappingTable).read(input, table)
  })
}
