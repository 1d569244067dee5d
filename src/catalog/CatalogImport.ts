import { Effect, FileSystem, Option, Result, type Scope, Stdio, Stream } from "effect"
import { ImportError } from "../domain/ImportError.ts"
import type { ReferenceInput } from "../domain/Reference.ts"
import type { Download, Options, Source, Unread, Warning } from "../importer/Importer.ts"
import { locate } from "../importer/source/Locate.ts"
import { isUrl } from "../importer/Names.ts"
import * as Sources from "../importer/Sources.ts"
import { ReferenceRepository } from "../storage/ReferenceRepository.ts"

/** How a source is imported. */
export interface ImportOptions extends Options {
  /** Write nothing unless every row is good. The source is read twice. */
  readonly strict: boolean
  /** Remove the references of the catalog that the source no longer has. */
  readonly prune: boolean
  /** Prune also what a person decided on, and where the source has no reference at all. */
  readonly force: boolean
  /** Called after every group of rows with how many were read. */
  readonly onProgress: (read: number) => Effect.Effect<void>
}

/** Something that was not done: where (a position in the source, or a URI) and why. */
export interface Failure {
  readonly at: string
  readonly problem: string
}

/** What an import did, in numbers of references. */
export interface ImportReport {
  readonly format: string
  readonly catalog: string
  readonly created: number
  readonly updated: number
  readonly unchanged: number
  /** Stored in the catalog, but not in the source. */
  readonly missing: number
  /** How many of the missing were removed. */
  readonly pruned: number
  /** Marked as deleted by the source itself. */
  readonly withdrawn: number
  /** What was downloaded, where the source is a URL. */
  readonly download?: Download | undefined
  readonly failed: ReadonlyArray<Failure>
  /** What looked like a requirement and was not taken. */
  readonly unread: ReadonlyArray<Unread>
  /** What was taken without a part that could not be read. */
  readonly warnings: ReadonlyArray<Warning>
}

/** How many rows are checked and written at a time. */
const groupSize = 256

/** Opens the source; each time from its beginning. */
type Open = () => Effect.Effect<Source, ImportError, FileSystem.FileSystem | Stdio.Stdio | Scope.Scope>

const toFailure =
  (source: string) =>
  (error: ImportError): Failure => ({
    at: error.at ?? source,
    problem: error.problem
  })

/**
 * Fails where a file cannot be read at all, before a database is made for it. Standard input and URLs are read only once,
 * so they are not tried.
 */
export const check = Effect.fn("CatalogImport.check")(function* (source: string, options: Options) {
  if (source === "-" || isUrl(source)) return
  const files = yield* FileSystem.FileSystem
  const isThere = yield* Effect.isSuccess(files.access(source, { readable: true }))
  if (!isThere) yield* Sources.open(source, options)
}, Effect.scoped)

/** A source that can be opened twice: what is not an ordinary file is first copied to one. */
const reopenable = Effect.fnUntraced(function* (source: string, options: Options) {
  const files = yield* FileSystem.FileSystem
  const isFile =
    source !== "-" &&
    !isUrl(source) &&
    (yield* Effect.option(files.stat(source))).pipe(
      Option.match({ onNone: () => true, onSome: ({ type }) => type === "File" })
    )
  if (isFile) return () => Sources.open(source, options)
  const copy = yield* files
    .makeTempFileScoped({ prefix: "crosswalk-import-" })
    .pipe(
      Effect.mapError(
        (cause) =>
          new ImportError({ source, reason: "unreadable", problem: "cannot be copied to a temporary file", cause })
      )
    )
  const unreadable = (cause: unknown) =>
    cause instanceof ImportError
      ? cause
      : new ImportError({ source, reason: "unreadable", problem: "cannot be read", cause })
  const { bytes, download } = yield* locate(source, options)
  yield* Stream.run(bytes, files.sink(copy)).pipe(Effect.mapError(unreadable))
  return () =>
    Effect.map(Sources.read(source, Stream.mapError(files.stream(copy), unreadable), options), (opened) => ({
      ...opened,
      ...(download !== undefined && { download })
    }))
})

/** What is wrong with a source, without writing anything. */
const problemsOf = Effect.fnUntraced(function* (source: string, open: Open) {
  const { items, ...opened } = yield* open()
  const failed = yield* items.pipe(
    Stream.filterMap((item) =>
      Result.isFailure(item) ? Result.succeed(toFailure(source)(item.failure)) : Result.fail(item)
    ),
    Stream.runCollect
  )
  return { ...opened, failed }
}, Effect.scoped)

/**
 * Saves the references of a source in groups, so that memory does not grow with it. A row that is wrong is reported and
 * loses no other; interrupted, what was saved stays, and importing again goes on.
 */
export const run = Effect.fn("CatalogImport.run")(function* (source: string, options: ImportOptions) {
  const references = yield* ReferenceRepository
  const open: Open = options.strict ? yield* reopenable(source, options) : () => Sources.open(source, options)
  if (options.strict) {
    const { catalog, download, failed, format } = yield* problemsOf(source, open)
    if (failed.length > 0) {
      const none = { created: 0, updated: 0, unchanged: 0, missing: 0, pruned: 0, withdrawn: 0 }
      return { format, catalog, ...none, download, failed, unread: [], warnings: [] } satisfies ImportReport
    }
  }

  const { catalog, download, format, items } = yield* open()
  const seen = new Set<string>()
  const failed: Array<Failure> = []
  const unread: Array<Unread> = []
  const warnings: Array<Warning> = []
  const totals = { created: 0, updated: 0, unchanged: 0, withdrawn: 0 }
  let read = 0
  yield* items.pipe(
    Stream.grouped(groupSize),
    Stream.runForEach(
      Effect.fnUntraced(function* (group) {
        const inputs: Array<ReferenceInput> = []
        for (const item of group) {
          if (Result.isFailure(item)) {
            failed.push(toFailure(source)(item.failure))
          } else if (item.success._tag === "Withdrawn") {
            totals.withdrawn++
          } else if (item.success._tag === "Unread") {
            unread.push(item.success)
          } else if (item.success._tag === "Warning") {
            warnings.push(item.success)
          } else {
            inputs.push(item.success.reference)
            seen.add(item.success.reference.uri)
          }
        }
        const saved = yield* references.saveMany(inputs)
        totals.created += saved.created
        totals.updated += saved.updated
        totals.unchanged += saved.unchanged
        read += group.length
        yield* options.onProgress(read)
      })
    ),
    // A source that breaks off in the middle keeps what came before, unless that is nothing.
    Effect.catchTag("ImportError", (error) => {
      if (seen.size === 0) return Effect.fail(error)
      failed.push(toFailure(source)(error))
      return Effect.void
    })
  )

  // All that was seen is stored in the catalog now, unless another process has removed some of it.
  const missing = Math.max(0, (yield* references.count({ catalog })) - seen.size)
  let pruned = 0
  if (options.prune && missing > 0) {
    if (failed.length > 0 || unread.length > 0) {
      failed.push({ at: source, problem: "nothing was pruned, because not every row could be read" })
    } else if (seen.size === 0 && !options.force) {
      failed.push({
        at: source,
        problem: "it has no references, so nothing was pruned; the option force removes them all"
      })
    } else {
      yield* references.findAll({ catalog }).pipe(
        Stream.filter(({ uri }) => !seen.has(uri)),
        Stream.runForEach(({ uri }) =>
          references.remove(uri, { force: options.force }).pipe(
            Effect.andThen(Effect.sync(() => pruned++)),
            Effect.catchTags({
              NotFoundError: () => Effect.void,
              ConflictError: ({ problem }) => Effect.sync(() => failed.push({ at: uri, problem }))
            })
          )
        )
      )
    }
  }
  return { format, catalog, ...totals, missing, pruned, download, failed, unread, warnings } satisfies ImportReport
}, Effect.scoped)
