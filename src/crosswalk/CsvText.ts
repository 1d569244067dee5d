/** What a spreadsheet would take for a formula, also behind apostrophes, or an empty text, which would look like none. */
const needsGuard = /^'*(?:[=+\-@\t\r\n＝＋－＠]|$)/u

/**
 * A text as the content of a cell that no spreadsheet runs: an apostrophe stands before what would be a formula.
 * {@link unguard} takes it away again; `undefined` is an empty cell.
 */
export const guard = (text: string | undefined): string =>
  text === undefined ? "" : needsGuard.test(text) ? `'${text}` : text

/** The text of a cell that {@link guard} wrote. */
export const unguard = (cell: string): string | undefined =>
  cell === "" ? undefined : cell.startsWith("'") && needsGuard.test(cell) ? cell.slice(1) : cell

const quote = (cell: string): string => (/[",;\r\n\t]|^\s|\s$/u.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)

/** A line of CSV (RFC 4180) with its end. Every cell is guarded. */
export const line = (cells: ReadonlyArray<string | number | boolean | undefined>): string =>
  `${cells.map((cell) => quote(typeof cell === "string" || cell === undefined ? guard(cell) : String(cell))).join(",")}\r\n`
