import { Effect, Exit, FileSystem, Scope, Stream } from "effect"
import { HttpServerRequest } from "effect/http"
import type { NamedBytes } from "../../catalog/ImportSource.ts"
import type { CrosswalkError } from "../../domain/CrosswalkError.ts"
import { CurrentPolicy } from "../access/Policy.ts"
import { answered, Failed, TooLarge, TooSlow } from "../Problem.ts"

/** A file that was received. */
export interface Upload {
  readonly source: NamedBytes
  /** Removes it. */
  readonly release: Effect.Effect<void>
}

/**
 * Receives the body of a request as a whole, into a temporary file: one that breaks off begins nothing, and one that is too
 * large is refused.
 */
export const receive: <E>(
  name: string,
  body: Stream.Stream<Uint8Array, E>
) => Effect.Effect<
  Upload,
  E | TooLarge | TooSlow | Failed,
  CurrentPolicy | FileSystem.FileSystem | HttpServerRequest.HttpServerRequest
> = Effect.fn("Upload.receive")(function* (name, body) {
  const { maxUploadBytes, transferTimeout } = yield* CurrentPolicy
  const { headers } = yield* HttpServerRequest.HttpServerRequest
  const files = yield* FileSystem.FileSystem
  const tooLarge = new TooLarge({ detail: `At most ${maxUploadBytes} bytes`, reason: "too-large", isRetryable: false })
  const tooSlow = new TooSlow({
    detail: `The file did not arrive within ${transferTimeout / 1000} s`,
    reason: "timeout",
    isRetryable: true
  })
  if (Number(headers["content-length"]) > maxUploadBytes) return yield* tooLarge
  const scope = yield* Scope.make()
  const release = Scope.close(scope, Exit.void)
  let size = 0
  const bounded = Stream.mapEffect(body, (piece) => {
    size += piece.length
    return size > maxUploadBytes ? Effect.fail(tooLarge) : Effect.succeed(piece)
  })
  return yield* Effect.gen(function* () {
    const copy = yield* Scope.provide(files.makeTempFileScoped({ prefix: "crosswalk-upload-" }), scope)
    yield* Stream.run(bounded, files.sink(copy)).pipe(
      Effect.timeoutOrElse({ duration: transferTimeout, orElse: () => Effect.fail(tooSlow) })
    )
    return { source: { name, bytes: files.stream(copy) }, release }
  }).pipe(
    Effect.catchTag("PlatformError", (error) =>
      Effect.andThen(
        Effect.logError("a file that was sent could not be kept", error),
        Effect.fail(
          new Failed({
            detail: "The file could not be kept. The log of the server says more",
            reason: "upload",
            isRetryable: true
          })
        )
      )
    ),
    Effect.onExit((exit) => (Exit.isFailure(exit) ? release : Effect.void))
  )
})

/** Receives a file, reads it, and removes it. */
export const read = <A, E, R>(
  name: string,
  body: Stream.Stream<Uint8Array, E>,
  use: (source: NamedBytes) => Effect.Effect<A, CrosswalkError, R>
) =>
  Effect.acquireUseRelease(
    receive(name, body),
    ({ source }) => answered(use(source)),
    ({ release }) => release
  )
