import { guard } from "../domain/CellText.ts"

const quote = (cell: string): string => (/[",;\r\n\t]|^\s|\s$/u.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)

/** A line of CSV (RFC 4180) with its end. Every cell is guarded. */
export const line = (cells: ReadonlyArray<string | number | boolean | undefined>): string =>
  `${cells.map((cell) => quote(typeof cell === "string" || cell === undefined ? guard(cell) : String(cell))).join(",")}\r\n`
