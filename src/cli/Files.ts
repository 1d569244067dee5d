import { Effect, FileSystem, Stream } from "effect"
import type { PlatformError } from "effect/PlatformError"
import { Ended, ExitCode } from "./Errors.ts"
import { Output } from "./Output.ts"
import * as PartialFile from "../storage/PartialFile.ts"

const encoder = new TextEncoder()

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
  const failed = ({ reason }: PlatformError) => {
    const problem =
      { NotFound: "there is no such folder", PermissionDenied: "that is not permitted", BadResource: "it is a folder" }[
        String(reason._tag)
      ] ?? reason.message
    return new Ended({ code: ExitCode.failure, message: `${path} cannot be written: ${problem}` })
  }
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
