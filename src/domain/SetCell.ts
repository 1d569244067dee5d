import { Result, Schema } from "effect"

/**
 * A set of URIs as one cell of a table: each on a line of its own, or as JSON where a line would not be read back.
 */

const decodeJson = Schema.decodeUnknownResult(Schema.fromJsonString(Schema.Array(Schema.String)))

const isLine = (uri: string): boolean => !/[\r\n]/u.test(uri) && uri.trim() === uri && !uri.startsWith("[")

/** The cell of a set; none where the set is empty. */
export const encode = (uris: ReadonlyArray<string>): string | undefined =>
  uris.length === 0 ? undefined : uris.every(isLine) ? uris.join("\n") : JSON.stringify(uris)

/** The set of a cell that {@link encode} or a person wrote. */
export const decode = (cell: string | undefined): ReadonlyArray<string> => {
  if (cell === undefined || cell.trim() === "") return []
  if (cell.startsWith("[")) {
    const found = decodeJson(cell)
    if (Result.isSuccess(found)) return found.success
  }
  return cell
    .split(/\r\n|\r|\n/u)
    .map((line) => line.trim())
    .filter((line) => line !== "")
}
