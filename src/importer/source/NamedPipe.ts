import { spawn } from "node:child_process"
import { Readable } from "node:stream"
import { Effect, FileSystem, PlatformError, Stream } from "effect"

/**
 * Named pipes are read and written by a process of their own: until the other end is there the system holds who opens one, which
 * could then neither be interrupted nor end.
 */

const failure = (path: string, method: string, cause?: unknown) =>
  PlatformError.systemError({
    _tag: "Unknown",
    module: "NamedPipe",
    method,
    pathOrDescriptor: path,
    description: "the other end of the pipe is gone",
    cause
  })

/** Whether there is a named pipe under a path. */
export const isPipe = (path: string): Effect.Effect<boolean, never, FileSystem.FileSystem> =>
  FileSystem.FileSystem.use(({ stat }) => stat(path)).pipe(
    Effect.map(({ type }) => type === "FIFO"),
    Effect.orElseSucceed(() => false)
  )

/** The bytes of a named pipe. */
export const read = (path: string): Stream.Stream<Uint8Array, PlatformError.PlatformError> =>
  Stream.unwrap(
    Effect.map(
      Effect.acquireRelease(
        Effect.sync(() => {
          const child = spawn("cat", ["--", path], { stdio: ["ignore", "pipe", "ignore"] })
          // Without a listener a program that is not there would end this one; the bytes are none then.
          return child.on("error", () => {})
        }),
        (child) => Effect.sync(() => child.kill("SIGKILL"))
      ),
      (child) =>
        Stream.fromReadableStream<Uint8Array, PlatformError.PlatformError>({
          evaluate: () => Readable.toWeb(child.stdout) as ReadableStream<Uint8Array>,
          onError: (cause) => failure(path, "read", cause)
        })
    )
  )

/** The text of a small file or a named pipe. */
export const readText = Effect.fnUntraced(function* (path: string) {
  const files = yield* FileSystem.FileSystem
  const { type } = yield* files.stat(path)
  return yield* type === "FIFO" ? Stream.mkString(Stream.decodeText(read(path))) : files.readFileString(path)
})

/** Writes bytes to a named pipe, and waits until its other end has them; `onFailure` tells why it has not. */
export const write = <E, E2, R>(
  path: string,
  bytes: Stream.Stream<Uint8Array, E, R>,
  onFailure: (error: PlatformError.PlatformError) => E2
): Effect.Effect<void, E | E2, R> =>
  Effect.scoped(
    Effect.gen(function* () {
      const tee = yield* Effect.acquireRelease(
        Effect.sync(() => {
          const child = spawn("tee", ["--", path], { stdio: ["pipe", "ignore", "ignore"] })
          // What is written tells of it.
          child.stdin.on("error", () => {})
          const ended = new Promise<number | null>((resolve) => {
            child.once("error", () => resolve(null)).once("close", resolve)
          })
          return { stdin: child.stdin, ended, kill: () => child.kill("SIGKILL") }
        }),
        ({ kill }) => Effect.sync(kill)
      )
      const failed = (cause?: unknown) => Effect.fail(onFailure(failure(path, "write", cause)))
      yield* Stream.runForEach(bytes, (piece) =>
        Effect.callback<void, E2>((resume) => {
          tee.stdin.write(piece, (cause) => resume(cause ? failed(cause) : Effect.void))
        })
      )
      tee.stdin.end()
      if ((yield* Effect.promise(() => tee.ended)) !== 0) return yield* failed()
    })
  )
