import { Effect, Result, Stream } from "effect"
import { ImportError } from "../../domain/ImportError.ts"
import { readText } from "../source/Bytes.ts"
import type { Format, Input } from "../Importer.ts"
import { failure } from "../Items.ts"
import { isObject, parse, parsePath, pathOf } from "./JsonText.ts"
import * as Rows from "../Rows.ts"

/** How many entries of an array are turned into items at a time. */
const chunkSize = 512

/** Reads a whole source as JSON. */
export const readJson = Effect.fnUntraced(function* (input: Input) {
  const parsed = parse(yield* readText(input))
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

const follow = (root: unknown, path: string): Result.Result<Located, string> => {
  const keys = parsePath(path)
  if (keys === undefined) return Result.fail(`the path ${path} is not one; write it like $.data.items`)
  let value = root
  let at = "$"
  for (const key of keys) {
    const next = Array.isArray(value) ? value[Number(key)] : isObject(value) ? value[key] : undefined
    if (next === undefined) return Result.fail(`there is no ${key} in ${at}`)
    at = pathOf(at, Array.isArray(value) ? Number(key) : key)
    value = next
  }
  return Array.isArray(value) ? Result.succeed({ path: at, values: value }) : Result.fail(`${at} is not an array`)
}

/** The array at the path that was given, the whole, or the only array of objects in an object. */
const locate = (root: unknown, path: string | undefined): Result.Result<Located, string> => {
  if (path !== undefined) return follow(root, path)
  if (Array.isArray(root)) return Result.succeed({ path: "$", values: root })
  if (!isObject(root)) return Result.fail("is neither an array nor an object with one")
  const arrays = Object.entries(root).flatMap(
    ([key, values]): ReadonlyArray<Located> => (Array.isArray(values) ? [{ path: pathOf("$", key), values }] : [])
  )
  const ofObjects = arrays.filter(({ values }) => values.some(isObject))
  const [only, another] = ofObjects.length > 0 ? ofObjects : arrays
  if (only === undefined) return Result.fail("has no array. Give the path of the array, such as $.data.items")
  if (another === undefined) return Result.succeed(only)
  return Result.fail(`has several arrays: ${arrays.map(({ path }) => path).join(", ")}. Give the path of the right one`)
}

/** Reads the references of a document that was parsed from JSON or YAML. */
export const references = Effect.fnUntraced(function* (input: Input, root: unknown) {
  const source = input.head.name
  const located = locate(root, input.options.path)
  if (Result.isFailure(located)) return yield* new ImportError({ source, problem: located.failure })
  const toRow = (value: unknown, at: string): Rows.Row | undefined =>
    isObject(value) ? { at, values: new Map(Object.entries(value)) } : undefined
  const array = located.success
  const said = isObject(root) ? root["catalog"] : undefined
  const catalog = yield* Rows.catalogOf(input, said, toRow(array.values[0], pathOf(array.path, 0)))
  const toItem = Rows.reader(input, catalog)
  return {
    catalog,
    items: streamOf(array, (value, at) => {
      const row = toRow(value, at)
      return row === undefined ? failure(source, at, "is not an object") : toItem(row)
    })
  }
})

/** An array of objects, or an object with one: `{ "catalog": "name@version", "references": [...] }`; read whole. */
export const format: Format = {
  name: "json",
  summary: "an array of objects, or an object with one",
  detect: (head) => /^\s*[[{]/u.test(head.text),
  read: (input) => Effect.flatMap(readJson(input), (root) => references(input, root))
}
