import { Effect, Result, Stream } from "effect"
import { ImportError } from "../../domain/ImportError.ts"
import { setOption } from "../../domain/Remedy.ts"
import { readText } from "../source/Bytes.ts"
import type { Format, Input, Item } from "../Importer.ts"
import { extensionOf } from "../Names.ts"
import * as Rows from "../Rows.ts"
import { isObject, parse, pathOf } from "./JsonText.ts"
import { choose } from "./RowChoice.ts"
import { shapeOf } from "./RowShape.ts"
import { reader } from "./RowTree.ts"

/** How many entries of an array are turned into items at a time. */
const chunkSize = 512

/** Reads a whole source as JSON. */
export const readJson = Effect.fnUntraced(function* (input: Input, options: Parameters<typeof parse>[1] = {}) {
  const parsed = parse(yield* readText(input), options)
  if (Result.isSuccess(parsed)) return parsed.success
  const { column, line, problem } = parsed.failure
  const hint = line > 1 && column === 1 && problem.endsWith('"{"') ? ". One object a line is the format ndjson" : ""
  return yield* new ImportError({
    source: input.head.name,
    at: `line ${line}, column ${column}`,
    problem: problem + hint
  })
})

/** An array inside of JSON and where it is. */
export interface Located {
  readonly path: string
  readonly values: ReadonlyArray<unknown>
}

/** The entries of an array as a stream of what is made of each, a few at a time. */
export const streamOf = <A>(array: Located, f: (value: unknown, at: string) => A): Stream.Stream<A> =>
  Stream.suspend(() => Stream.fromIterable(array.values.entries(), { chunkSize })).pipe(
    Stream.map(([index, value]) => f(value, pathOf(array.path, index)))
  )

/** Reads the references of a document that was parsed from JSON or YAML. */
export const references = Effect.fnUntraced(function* (input: Input, root: unknown) {
  const source = input.head.name
  const said = isObject(root) ? root["catalog"] : undefined
  if (said !== undefined && input.options.catalog === undefined) yield* Rows.catalogOf(input, said, undefined)
  const shape = shapeOf(input.options.columns ?? {})
  const chosen = choose(shape, root, input.options.path)
  if (Result.isFailure(chosen)) {
    return yield* new ImportError({ source, problem: chosen.failure, remedy: setOption("path", "$.data.items") })
  }
  const { others, rows } = chosen.success
  const first = rows.find(({ value }) => isObject(value))
  const row = first !== undefined && isObject(first.value) ? first.value : undefined
  const catalog = yield* Rows.catalogOf(
    input,
    said,
    row === undefined ? undefined : { at: first?.at ?? "$", values: new Map(Object.entries(row)) }
  )
  const read = reader(input, catalog, shape)
  const items = Stream.suspend(() => Stream.fromIterable(rows, { chunkSize })).pipe(
    Stream.map(read),
    Stream.flattenIterable,
    Stream.concat(
      Stream.fromIterable(
        others.map(({ at, rows }): Item => {
          const text = `${rows.length} that were not asked for`
          return Result.succeed({ _tag: "Unread", kind: "object", at, text, count: rows.length })
        })
      )
    )
  )
  return { catalog, items }
})

/** An array of objects, or an object with one: `{ "catalog": "name@version", "references": [...] }`; read whole. */
export const format: Format = {
  name: "json",
  summary: "objects in an array, by their identifiers, or one; nested ones too",
  detect: (head) =>
    extensionOf(head.name) === "json" || /^\s*(?:\{|\[\s*(?:[[{"\]\d-]|true|false|null|$))/u.test(head.text),
  read: (input) => Effect.flatMap(readJson(input, { asWritten: true }), (root) => references(input, root))
}
