import { Effect } from "effect"
import { guard } from "../domain/CellText.ts"

/** The cells of a row; `undefined` is an empty one. */
export type Cells = ReadonlyArray<string | number | undefined>

/** A sheet of a workbook. */
export interface Sheet {
  readonly name: string
  readonly rows: ReadonlyArray<Cells>
}

/** The sheets as a workbook of Excel. Every text is guarded. */
export const write = (sheets: ReadonlyArray<Sheet>): Effect.Effect<Uint8Array> =>
  Effect.promise(async () => {
    const { writeXlsx } = await import("hucre/xlsx")
    return writeXlsx({
      sheets: sheets.map(({ name, rows }) => ({
        name,
        rows: rows.map((row) => row.map((cell) => (typeof cell === "string" ? guard(cell) : (cell ?? null))))
      }))
    })
  })
