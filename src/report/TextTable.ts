import { padEnd, type Safe, safe } from "./Safe.ts"

/** A table of rows whose cells are padded to the widest of their column, the last one excepted. */
export const table = (rows: ReadonlyArray<ReadonlyArray<string>>): ReadonlyArray<Safe> => {
  const widths = (rows[0] ?? []).map((_, i) =>
    Math.max(...rows.map((row) => padEnd(row[i] ?? "", 0).toString().length))
  )
  return rows.map((row) =>
    row.reduce(
      (line, cell, i) => (i === row.length - 1 ? safe`${line}${cell}` : safe`${line}${padEnd(cell, widths[i] ?? 0)}  `),
      safe``
    )
  )
}
