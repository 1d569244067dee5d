import { Effect, FileSystem, Stream } from "effect"
import type { PlatformError } from "effect/PlatformError"
import { Ended, ExitCode } from "./Errors.ts"
import { Output } from "./Output.ts"
import * as PartialFile from "../storage/PartialFile.ts"

const encoder = new TextEncoder()

/** What a system says by a code, for people. */
const codes: Readonly<Record<string, string>> = {
  ENOENT: "there is no such folder",
  EACCES: "that is not permitted",
  EPERM: "that is not permitted",
  EISDIR: "it is a folder",
  ENOTDIR: "it lies below what is no folder",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EFBIG: "it would be larger than files may be",
  EROFS: "the file system is read-only"
}

/** Why a file cannot be written. */
export const problemOf = ({ cause, message }: PlatformError["reason"]): string => {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : ""
  return codes[code] ?? (cause instanceof Error ? cause.message : message)
}

/**
 * Writes a file, or standard output as `-`. The file appears whole or not at all: it is written beside its place, and
 * moved there at the end.
 */
export const write = Effect.fnUntraced(function* <E, R>(
  path: string,
  pieces: Stream.Stream<string | Uint8Array, E, R>
) {
  const output = yield* Output
  if (path === "-") {
    yield* Stream.runForEach(pieces, (piece) =>
      output.raw(typeof piece === "string" ? piece : new TextDecoder().decode(piece))
    )
    return
  }
  const files = yield* FileSystem.FileSystem
  const failed = ({ reason }: PlatformError) =>
    new Ended({ code: ExitCode.failure, message: `${path} cannot be written: ${problemOf(reason)}` })
  yield* Effect.scoped(
    Effect.gen(function* () {
      // What a process that was killed has left; a folder that is not there is told below.
      yield* Effect.ignore(Effect.try(() => PartialFile.clear(path)))
      const part = PartialFile.beside(path)
      yield* Effect.addFinalizer(() => Effect.ignore(files.remove(part, { force: true })))
      const file = yield* files.open(part, { flag: "wx" }).pipe(Effect.mapError(failed))
      yield* pieces.pipe(
        Stream.map((piece) => (typeof piece === "string" ? encoder.encode(piece) : piece)),
        Stream.runForEach((bytes) => Effect.mapError(file.writeAll(bytes), failed))
      )
      yield* Effect.mapError(file.sync, failed)
      yield* files.rename(part, path).pipe(Effect.mapError(failed))
    })
  )
})
