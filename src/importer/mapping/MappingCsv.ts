import { Effect } from "effect"
import * as Csv from "../text/Csv.ts"
import * as Archive from "../xlsx/Archive.ts"
import * as Xlsx from "../xlsx/Xlsx.ts"
import type { MappingFormat } from "./Mapping.ts"
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

/** The same in a sheet of a workbook; read whole. */
export const xlsx: MappingFormat = {
  name: "xlsx",
  summary: "pairs in a sheet of an Excel workbook",
  detect: Archive.isWorkbook,
  read: Effect.fnUntraced(function* (input) {
    const { columns, sheet } = input.options
    return yield* MappingTable.read(input, yield* Xlsx.table(input, MappingTable.wanted(columns), sheet))
  })
}
