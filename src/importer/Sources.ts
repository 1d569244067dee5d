import { Effect, FileSystem, Result, type Scope, Stdio, Stream } from "effect"
import type { PlatformError } from "effect/PlatformError"
import { ImportError } from "../domain/errors.ts"
import { withHead } from "./Bytes.ts"
import { formats } from "./Formats.ts"
import type { Format, Head, Item, Options, Source } from "./Importer.ts"
import { checkCatalog } from "./Items.ts"

const names = formats.map((format) => format.name).join(", ")

const isUtf16 = ({ bytes: [first, second] }: Head): boolean =>
  (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)

const choose = (head: Head, wanted: string | undefined): Result.Result<Format, string> => {
  if (isUtf16(head)) return Result.fail("is UTF-16. Save the file as UTF-8")
  if (head.text.trim() === "" && head.complete) return Result.fail("is empty")
  const format = formats.find((format) => (wanted === undefined ? format.detect(head) : format.name === wanted))
  if (format !== undefined) return Result.succeed(format)
  return Result.fail(
    wanted === undefined
      ? `is of no format that is known. Say which it is: ${names}`
      : `there is no format ${JSON.stringify(wanted)}. There are ${names}`
  )
}

/** Turns every entry whose URI was there before into a failure that names where. */
const refuseRepeated = (source: string, items: Source["items"]): Source["items"] =>
  items.pipe(
    Stream.mapAccum(
      () => new Map<string, string>(),
      (seen, item): [Map<string, string>, Array<Item>] => {
        if (Result.isFailure(item) || item.success._tag === "Withdrawn") return [seen, [item]]
        const {
          at,
          reference: { uri }
        } = item.success
        const before = seen.get(uri)
        if (before === undefined) {
          seen.set(uri, at)
          return [seen, [item]]
        }
        const problem = `${uri} is there already, at ${before}; the first one counts`
        return [seen, [Result.fail(new ImportError({ source, at, problem }))]]
      }
    )
  )

/**
 * Finds out what a stream of bytes is and reads it as references.
 *
 * The stream flows once, in the scope. Fails where the whole cannot be read; what is wrong with one row is among `items`.
 * `name` stands in errors, and its extension helps to tell the format.
 */
export const read: (
  name: string,
  bytes: Stream.Stream<Uint8Array, ImportError>,
  options?: Options
) => Effect.Effect<Source, ImportError, Scope.Scope> = Effect.fn("Sources.read")(function* (name, bytes, options = {}) {
  if (options.catalog !== undefined) yield* checkCatalog(name, options.catalog)
  const input = yield* withHead(name, bytes)
  const format = choose(input.head, options.format)
  if (Result.isFailure(format)) return yield* new ImportError({ source: name, problem: format.failure })
  const { catalog, items } = yield* format.success.read({ ...input, options })
  return { format: format.success.name, catalog, items: refuseRepeated(name, items) }
})

const unreadable =
  (source: string) =>
  (error: PlatformError): ImportError => {
    const problem =
      {
        NotFound: "there is no such file",
        PermissionDenied: "may not be read",
        BadResource: "is not a file"
      }[String(error.reason._tag)] ?? `cannot be read: ${error.reason.message}`
    return new ImportError({ source, problem, cause: error })
  }

/** The bytes of a file, or of standard input as `-`. */
export const bytes = Effect.fnUntraced(function* (source: string) {
  const all = source === "-" ? (yield* Stdio.Stdio).stdin : (yield* FileSystem.FileSystem).stream(source)
  return Stream.mapError(all, unreadable(source))
})

/**
 * Opens a file, or standard input as `-`, finds out what it is and reads it as references.
 *
 * @example
 * import { NodeServices } from "@effect/platform-node"
 * import { Effect, Stream } from "effect"
 * import { Sources } from "crosswalk"
 *
 * const found = Effect.scoped(Effect.gen(function*() {
 *   const { items } = yield* Sources.open("requirements.csv", { catalog: "company@2026.1" })
 *   return yield* Stream.runCollect(items)
 * })).pipe(Effect.provide(NodeServices.layer))
 */
export const open: (
  source: string,
  options?: Options
) => Effect.Effect<Source, ImportError, FileSystem.FileSystem | Stdio.Stdio | Scope.Scope> = Effect.fn("Sources.open")(
  function* (source, options = {}) {
    return yield* read(source, yield* bytes(source), options)
  }
)
