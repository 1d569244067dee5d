import { Effect, FileSystem, Option, Result, type Scope, type Stdio, Stream } from "effect"
import { ImportError } from "../domain/ImportError.ts"
import { type Remedy, setOption } from "../domain/Remedy.ts"
import { faultOf, withHead } from "./source/Bytes.ts"
import { formats } from "./Formats.ts"
import type { Download, Format, Head, Input, Options, Source, UrlOptions } from "./Importer.ts"
import { checkCatalog } from "./Items.ts"
import * as LookAlikes from "./LookAlikes.ts"
import * as Repeated from "./Repeated.ts"
import * as Several from "./Several.ts"
import * as Files from "./source/Files.ts"
import { type Located, locate, unreadable } from "./source/Locate.ts"
import { isUrl } from "./Names.ts"
import * as Unsupported from "./Unsupported.ts"

const names = formats.map((format) => format.name).join(", ")
/** Why no format reads a source, and what would help. */
interface Refusal {
  readonly problem: string
  readonly remedy?: Remedy
}

const refusalOf = (head: Head, wanted: string | undefined): Refusal => {
  const fault = faultOf(head)
  if (fault !== undefined) return { problem: fault }
  if (wanted !== undefined) return { problem: `there is no format ${JSON.stringify(wanted)}. There are ${names}` }
  const unsupported = Unsupported.problemOf(head)
  if (unsupported !== undefined) return { problem: unsupported }
  const mapping = Unsupported.mappingOf(head)
  if (mapping !== undefined) return { problem: mapping, remedy: { action: "importRelations" } }
  return Unsupported.isBinary(head)
    ? { problem: "is not text, and of no format that is known" }
    : {
        problem: `is of no format that is known. Say which it is: ${names}`,
        remedy: setOption("format", "csv")
      }
}

const choose = (head: Head, wanted: string | undefined): Format | undefined => {
  const isRefused =
    faultOf(head) !== undefined ||
    (wanted === undefined && (Unsupported.problemOf(head) ?? Unsupported.mappingOf(head)) !== undefined)
  return isRefused
    ? undefined
    : formats.find((format) => (wanted === undefined ? format.detect(head) : format.name === wanted))
}

/** Turns every entry whose URI was there before into a failure that names where. */
const refuseRepeated = (source: string, items: Source["items"]): Source["items"] =>
  Repeated.refuse(source, items, (item) =>
    item._tag === "Entry" ? { key: item.reference.uri, at: item.at, what: () => item.reference.uri } : undefined
  )

/** Fails where a source ends without anything that was read, or went wrong. */
const refuseNothing = (source: string, items: Source["items"]): Source["items"] =>
  Stream.suspend(() => {
    let some = false
    let unread: string | undefined
    return items.pipe(
      Stream.tap((item) =>
        Effect.sync(() => {
          if (Result.isSuccess(item) && item.success._tag === "Unread") unread ??= item.success.at
          else if (Result.isFailure(item) || item.success._tag !== "Warning") some = true
        })
      ),
      Stream.concat(
        Stream.suspend(() =>
          some
            ? Stream.empty
            : Stream.fail(
                new ImportError({
                  source,
                  at: unread,
                  problem:
                    unread === undefined
                      ? "has nothing in it that is read as a reference"
                      : "looks like a reference and was not read; nor was anything else"
                })
              )
        )
      )
    )
  })

/** Reads what was opened. */
const readInput = Effect.fnUntraced(function* (input: Input) {
  const { head, options } = input
  if (options.catalog !== undefined) yield* checkCatalog(head.name, options.catalog)
  const format = choose(head, options.format)
  if (format === undefined) {
    return yield* new ImportError({
      source: head.name,
      reason: "unsupported",
      ...refusalOf(head, options.format)
    })
  }
  const { catalog, items } = yield* format.read(input)
  const told = LookAlikes.tell(refuseRepeated(head.name, items))
  return { format: format.name, catalog, items: refuseNothing(head.name, told) }
})

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
  return yield* readInput({ ...(yield* withHead(name, bytes, options.encoding)), options })
})

/** The bytes of a file, of an http or https URL, or of standard input as `-`. A URL is downloaded first, into memory. */
export const bytes = Effect.fnUntraced(function* (source: string, options: UrlOptions = {}) {
  const found = yield* locate(source, options)
  return found.bytes
})

/** Whether a relative path leads out of the folder that it starts from. */
const leaves = (href: string): boolean => {
  let depth = 0
  for (const part of href.split(/[\\/]|%2f|%5c/iu)) {
    if (/^(?:\.|%2e){2}$/iu.test(part)) depth--
    else if (part !== "" && part !== "." && !/^%2e$/iu.test(part)) depth++
    if (depth < 0) return true
  }
  return false
}

const pathBeside = (source: string, href: string): string => source.replace(/[^\\/]*$/u, "") + href

const outside = (source: string, href: string) => `${href} leaves the folder of ${source}, so it is not followed`

/** Another source, named relative to one: a file beside a file, a URL relative to a URL; or why it is not followed. */
const beside = (source: string, href: string, allowOutside: boolean): Result.Result<string, string> => {
  if (source === "-" || /^(?:[a-z][\w+.-]*:|[\\/])/iu.test(href)) {
    return Result.fail(`${href} is not relative to ${source}, so it is not followed`)
  }
  if (!allowOutside && leaves(href)) return Result.fail(outside(source, href))
  if (!isUrl(source)) return Result.succeed(pathBeside(source, href))
  return URL.canParse(href, source)
    ? Result.succeed(new URL(href, source).href)
    : Result.fail(`${href} is no URL relative to ${source}`)
}

/** A source as formats get it, which may open what lies beside it. */
const openInput: (
  source: string,
  options: Options,
  located?: Located
) => Effect.Effect<
  { readonly input: Input; readonly download: Download | undefined },
  ImportError,
  FileSystem.FileSystem | Stdio.Stdio | Scope.Scope
> = Effect.fnUntraced(function* (source, options, located) {
  const services = yield* Effect.context<FileSystem.FileSystem | Stdio.Stdio | Scope.Scope>()
  const found = located ?? (yield* locate(source, options))
  /** Why another source is not followed: to allow it helps only where it is there. */
  const refused = Effect.fnUntraced(function* (href: string, problem: string) {
    if (problem !== outside(source, href)) return yield* new ImportError({ source, problem })
    const files = yield* FileSystem.FileSystem
    const isThere = isUrl(source) || (yield* Effect.orElseSucceed(files.exists(pathBeside(source, href)), () => false))
    return isThere
      ? yield* new ImportError({ source, problem, remedy: setOption("allowOutside") })
      : yield* new ImportError({ source, reason: "missing", problem: `there is no ${href}` })
  }, Effect.provideContext(services))
  const related: Input["related"] = (href) => {
    const other = beside(source, href, options.allowOutside === true)
    return Result.isFailure(other)
      ? refused(href, other.failure)
      : openInput(other.success, options).pipe(
          Effect.map(({ input }) => input),
          Effect.provideContext(services)
        )
  }
  const opened = yield* withHead(source, found.bytes, options.encoding)
  return { input: { ...opened, options, related }, download: found.download }
})

const openLocated = Effect.fnUntraced(function* (source: string, options: Options, located?: Located, part?: string) {
  const { download, input } = yield* openInput(source, options, located)
  return { ...(yield* readInput({ ...input, part })), ...(download !== undefined && { download }) }
})

const openOne: Several.Open = (source, options, part) => openLocated(source, options, undefined, part)

/**
 * Opens a file, an http or https URL, or standard input as `-`, finds out what it is and reads it as references.
 *
 * Several sources are one catalog: a list, a folder (the files of known formats in it and its folders, in natural order,
 * without hidden ones) or a pattern such as `controls/*.md`. Positions then begin with the file, and a file that cannot be
 * read is a failure among the items. The catalog is what the files agree on, else the name of the folder.
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
  source: string | ReadonlyArray<string>,
  options?: Options
) => Effect.Effect<Source, ImportError, FileSystem.FileSystem | Stdio.Stdio | Scope.Scope> = Effect.fn("Sources.open")(
  function* (source, options = {}) {
    const found = yield* Files.expand(source)
    const [first = "-"] = found.files
    if (!found.isSeveral) return yield* openLocated(first, options)
    const opened = yield* Several.open(found, options, openOne)
    return { ...opened, items: refuseRepeated(found.name, opened.items) }
  }
)

/** Whether a path is that of a file, which can be read again. What is not there fails when it is opened. */
const isOrdinary = Effect.fnUntraced(function* (path: string) {
  const files = yield* FileSystem.FileSystem
  return Option.match(yield* Effect.option(files.stat(path)), {
    onNone: () => true,
    onSome: ({ type }) => type === "File"
  })
})

/**
 * Opens a source so that it can be read from its beginning as often as needed. What flows only once, such as standard
 * input, is copied to a temporary file; a URL is downloaded once.
 */
export const reopenable = Effect.fn("Sources.reopenable")(function* (
  source: string | ReadonlyArray<string>,
  options: Options = {}
) {
  const found = yield* Files.expand(source)
  const [first = "-"] = found.files
  if (found.isSeveral || (first !== "-" && !isUrl(first) && (yield* isOrdinary(first)))) return open(source, options)
  const located = yield* locate(first, options)
  const bytes = isUrl(first) ? located.bytes : yield* copyOf(first, located.bytes)
  return openLocated(first, options, { ...located, bytes })
})

/** The same bytes, which can flow as often as needed, from a temporary file. */
export const copyOf = Effect.fnUntraced(function* (source: string, bytes: Stream.Stream<Uint8Array, ImportError>) {
  const files = yield* FileSystem.FileSystem
  const unreadable = (cause: unknown) =>
    cause instanceof ImportError
      ? cause
      : new ImportError({ source, reason: "unreadable", problem: "cannot be copied to a temporary file", cause })
  const copy = yield* files.makeTempFileScoped({ prefix: "crosswalk-import-" }).pipe(Effect.mapError(unreadable))
  yield* Stream.run(bytes, files.sink(copy)).pipe(Effect.mapError(unreadable))
  return Stream.mapError(files.stream(copy), unreadable)
})

/** Fails where there is no file, or one cannot be read at all. Standard input and URLs are read only once, so they are not tried. */
export const check = Effect.fn("Sources.check")(function* (source: string | ReadonlyArray<string>) {
  const { files, isSeveral } = yield* Files.expand(source)
  const [first = "-"] = files
  if (isSeveral || first === "-" || isUrl(first)) return
  const system = yield* FileSystem.FileSystem
  yield* Effect.mapError(system.access(first, { readable: true }), unreadable(first))
})
