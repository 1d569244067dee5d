/** A cell that shows no value: an error, or a formula whose result is not stored. */
export class CellFault {
  readonly problem: string
  constructor(problem: string) {
    this.problem = problem
  }
}

/** What a cell of a table shows. */
export type Cell = string | number | boolean | null | CellFault

export const isBlank = (cell: unknown): boolean =>
  cell === undefined || cell === null || (typeof cell === "string" && cell.trim() === "")

/**
 * What a cell shows that is written so that spreadsheets leave it as it is: `="007"` and `'007` are `007`, and a link is its
 * text. Other texts stay what they are.
 */
export const unwrap = (text: string): string => {
  if (text.startsWith("'")) return /^'(\d[\d.,/-]*)\s*$/u.exec(text)?.[1] ?? text
  if (!text.startsWith("=")) return text
  const shown =
    /^="((?:[^"]|"")*)"\s*$/u.exec(text) ??
    /^=HYPERLINK\(\s*"(?:[^"]|"")*"\s*[,;]\s*"((?:[^"]|"")*)"\s*\)\s*$/iu.exec(text)
  return shown?.[1]?.replaceAll('""', '"') ?? text
}
