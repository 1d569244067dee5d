import { Effect, FileSystem, Stdio, Stream } from "effect"
import type { PlatformError } from "effect/PlatformError"
import { ImportError } from "../../domain/ImportError.ts"
import type { Download, UrlOptions } from "../Importer.ts"
import { isUrl } from "../Names.ts"
import * as NamedPipe from "./NamedPipe.ts"
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

/** The bytes of a file or a named pipe. */
const read = Effect.fnUntraced(function* (path: string) {
  const files = yield* FileSystem.FileSystem
  const bytes = (yield* NamedPipe.isPipe(path)) ? NamedPipe.read(path) : files.stream(path)
  return Stream.mapError(bytes, unreadable(path))
})

/** The bytes of a source, and for a URL what was downloaded. */
export const locate = Effect.fnUntraced(function* (source: string, options: UrlOptions) {
  if (isUrl(source)) {
    const { pieces, ...found } = yield* download(source, options)
    return { bytes: Stream.fromArray(pieces).pipe(Stream.rechunk(1)), download: found }
  }
  const bytes = source === "-" ? Stream.mapError((yield* Stdio.Stdio).stdin, unreadable(source)) : yield* read(source)
  return { bytes, download: undefined }
})
