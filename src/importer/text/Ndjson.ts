import { Effect, Result, Stream } from "effect"
import type { ImportError } from "../../domain/ImportError.ts"
import type { Contents, Format, Head, Input, Item } from "../Importer.ts"
import { failure, within } from "../Items.ts"
import { isObject, parse } from "./JsonText.ts"
import { type Block, blocks } from "./Lines.ts"
import { extensionOf } from "../Names.ts"
import * as Rows from "../Rows.ts"
import { shapeOf } from "./RowShape.ts"
import { reader } from "./RowTree.ts"

interface Line {
  readonly number: number
  readonly text: string
}

const toRow = (source: string, line: Line): Result.Result<Rows.Row, ImportError> => {
  const at = `line ${line.number}`
  const parsed = parse(line.text, { asWritten: true })
  if (Result.isFailure(parsed)) {
    return failure(source, within(at, `column ${parsed.failure.column}`), parsed.failure.problem)
  }
  return isObject(parsed.success)
    ? Result.succeed({ at, values: new Map(Object.entries(parsed.success)) })
    : failure(source, at, "is not a JSON object")
}

const lines = (text: string): ReadonlyArray<string> => text.split("\n")

const linesOf = (block: Block): ReadonlyArray<Line> =>
  lines(block.text).map((text, index) => ({ number: block.line + index, text }))

const firstRow = (head: Head): Rows.Row | undefined => {
  for (const [index, text] of lines(head.text).entries()) {
    if (text.trim() === "") continue
    const row = toRow(head.name, { number: index + 1, text })
    if (Result.isSuccess(row)) return row.success
  }
  return undefined
}

/** The first line is a whole object, and another follows or it does not itself hold an array of them. */
const detect = (head: Head): boolean => {
  if (["ndjson", "jsonl"].includes(extensionOf(head.name))) return true
  const [first, second] = lines(head.text).filter((line) => line.trim() !== "")
  if (first === undefined || !first.trimStart().startsWith("{")) return false
  const parsed = parse(first)
  if (Result.isFailure(parsed) || !isObject(parsed.success)) return false
  if (second !== undefined) return true
  return (
    extensionOf(head.name) !== "json" &&
    !Object.values(parsed.success).some((value) => Array.isArray(value) && value.some(isObject))
  )
}

/** The objects of a source, and the lines that are none. */
export const rows = (input: Contents): Stream.Stream<Result.Result<Rows.Row, ImportError>, ImportError> =>
  blocks(input).pipe(
    Stream.flatMap((block) => Stream.fromArray(linesOf(block))),
    Stream.filter((line) => line.text.trim() !== ""),
    Stream.map((line) => toRow(input.head.name, line))
  )

const read = Effect.fnUntraced(function* (input: Input) {
  const catalog = yield* Rows.catalogOf(input, undefined, firstRow(input.head))
  const toItems = reader(input, catalog, shapeOf(input.options.columns ?? {}))
  return {
    catalog,
    items: rows(input).pipe(
      Stream.map(
        Result.match({
          onFailure: (error): Iterable<Item> => [Result.fail(error)],
          onSuccess: ({ at, values }) => toItems({ at, key: undefined, value: Object.fromEntries(values) })
        })
      ),
      Stream.flattenIterable
    )
  }
})

/** One JSON object a line; streamed. */
export const format: Format = { name: "ndjson", summary: "one JSON object a line", detect, read }
