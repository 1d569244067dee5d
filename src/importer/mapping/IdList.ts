import { Result, Schema } from "effect"

const decode = Schema.decodeUnknownResult(Schema.fromJsonString(Schema.Array(Schema.String)))

/**
 * The identifiers of a cell that lists several: as an array of JSON, on lines, or behind `;`, `|` or a comma, where none has
 * a space in it.
 */
export const listed = (cell: string): ReadonlyArray<string> => {
  const array = cell.startsWith("[") ? decode(cell) : undefined
  if (array !== undefined && Result.isSuccess(array)) return array.success
  const parts = (separator: RegExp) =>
    cell
      .split(separator)
      .map((part) => part.trim())
      .filter((part) => part !== "")
  const lines = parts(/[;|\n]/u)
  const all = parts(/[,;|\n]/u)
  const isList = all.length > lines.length && all.every((part) => /^[^\s]*[\p{L}\p{N}][^\s]*$/u.test(part))
  return isList ? all : lines
}
