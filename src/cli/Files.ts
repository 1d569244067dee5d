import { statSync } from "node:fs"
import { open } from "node:fs/promises"
import { Effect, FileSystem, Stream } from "effect"
import type { PlatformError } from "effect/PlatformError"
import * as FileProblem from "../domain/FileProblem.ts"
import * as NamedPipe from "../importer/source/NamedPipe.ts"
import * as DatabaseFile from "../libsql/DatabaseFile.ts"
import { Ended, ExitCode } from "./Errors.ts"
import { Output } from "./Output.ts"
import * as PartialFile from "../storage/PartialFile.ts"

const encoder = new TextEncoder()

const whyOf = (cause: unknown): string => FileProblem.of(cause).says

/** Why a file cannot be written. */
export const problemOf = ({ cause, message }: PlatformError["reason"]): string => whyOf(cause ?? message)

const told = (path: string, problem: string) =>
  new Ended({ code: ExitCode.failure, message: `${path} cannot be written: ${problem}` })

/** Where a path leads, and what is there: nothing can take the place of a pipe or a device. */
const target = (path: string) =>
  Effect.try({
    try: () => {
      const there = statSync(path, { throwIfNoEntry: false })
      if (there?.isFile() === true && DatabaseFile.isDatabase(path)) {
        throw new Error("it is a database, which an output does not replace")
      }
      if (there === undefined || there.isFile() || there.isDirectory()) {
        return { place: PartialFile.placeOf(path), kind: "file" } as const
      }
      return { place: path, kind: there.isFIFO() ? "pipe" : "device" } as const
    },
    catch: (cause) => told(path, whyOf(cause))
  })

/** Writes to what has no places to write at, unlike the files of Effect. */
const toDevice = Effect.fnUntraced(function* <E, R>(path: string, bytes: Stream.Stream<Uint8Array, E, R>) {
  const attempt = <A>(run: () => Promise<A>) =>
    Effect.tryPromise({ try: run, catch: (cause) => told(path, whyOf(cause)) })
  const file = yield* Effect.acquireRelease(
    attempt(() => open(path, "w")),
    (file) => Effect.promise(() => file.close()),
    { interruptible: true }
  )
  yield* Stream.runForEach(bytes, (piece) => attempt(() => file.writeFile(piece)))
})

/**
 * Writes a file, or standard output as `-`. The file appears whole or not at all: it is written beside its place, and
 * moved there at the end; a link to it stays. A pipe or a device is written to as it is.
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
  const failed = ({ reason }: PlatformError) => told(path, problemOf(reason))
  const bytes = Stream.map(pieces, (piece) => (typeof piece === "string" ? encoder.encode(piece) : piece))
  const { kind, place } = yield* target(path)
  yield* Effect.scoped(
    Effect.gen(function* () {
      if (kind === "pipe") return yield* NamedPipe.write(path, bytes, failed)
      if (kind === "device") return yield* toDevice(path, bytes)
      // What a process that was killed has left; a folder that is not there is told below.
      yield* Effect.ignore(Effect.try(() => PartialFile.clear(place)))
      const part = PartialFile.beside(place)
      yield* Effect.addFinalizer(() => Effect.ignore(files.remove(part, { force: true })))
      const file = yield* files.open(part, { flag: "wx" }).pipe(Effect.mapError(failed))
      yield* Stream.runForEach(bytes, (piece) => Effect.mapError(file.writeAll(piece), failed))
      yield* Effect.mapError(file.sync, failed)
      yield* files.rename(part, place).pipe(Effect.mapError(failed))
    })
  )
})
