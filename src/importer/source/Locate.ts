import { type Cause, Effect, FileSystem, Queue, Stdio, Stream } from "effect"
import type { PlatformError } from "effect/PlatformError"
import { ImportError } from "../../domain/ImportError.ts"
import type { Download, UrlOptions } from "../Importer.ts"
import { isUrl } from "../Names.ts"
import { download } from "./Urls.ts"

/** The bytes of a source. */
export interface Located {
  readonly bytes: Stream.Stream<Uint8Array, ImportError>
  /** For a URL: what was downloaded. */
  readonly download: Download | undefined
}

/** What a file system says about a source, as an ImportError. */
export const unreadable =
  (source: string) =>
  (error: PlatformError): ImportError => {
    const problem =
      {
        NotFound: "there is no such file",
        PermissionDenied: "may not be read",
        BadResource: "is not a file"
      }[String(error.reason._tag)] ?? `cannot be read: ${error.reason.message}`
    const reason = error.reason._tag === "NotFound" ? "missing" : "unreadable"
    return new ImportError({ source, reason, problem, cause: error })
  }

/**
 * The same bytes, for a reader that can be interrupted also while the system holds their opening, such as that of a pipe
 * without a writer.
 */
const leavable = (bytes: Stream.Stream<Uint8Array, PlatformError>): Stream.Stream<Uint8Array, PlatformError> =>
  Stream.unwrap(
    Effect.gen(function* () {
      const queue = yield* Queue.bounded<Uint8Array, PlatformError | Cause.Done>(4)
      const fiber = yield* Effect.forkDetach(Stream.runIntoQueue(bytes, queue))
      // It is not waited for.
      yield* Effect.addFinalizer(() => Effect.sync(() => fiber.interruptUnsafe()))
      return Stream.fromQueue(queue)
    })
  )

/** The bytes of a file; what is no ordinary one may never open. */
const read = Effect.fnUntraced(function* (path: string) {
  const files = yield* FileSystem.FileSystem
  const isOrdinary = yield* files.stat(path).pipe(
    Effect.map(({ type }) => type === "File" || type === "Directory"),
    Effect.orElseSucceed(() => true)
  )
  return isOrdinary ? files.stream(path) : leavable(files.stream(path))
})

/** The bytes of a source, and for a URL what was downloaded. */
export const locate = Effect.fnUntraced(function* (source: string, options: UrlOptions) {
  if (isUrl(source)) {
    const { pieces, ...found } = yield* download(source, options)
    return { bytes: Stream.fromArray(pieces).pipe(Stream.rechunk(1)), download: found }
  }
  const all = source === "-" ? (yield* Stdio.Stdio).stdin : yield* read(source)
  return { bytes: Stream.mapError(all, unreadable(source)), download: undefined }
})
