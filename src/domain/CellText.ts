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
