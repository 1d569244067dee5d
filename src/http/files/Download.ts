import { Effect, type Scope, Sink, Stream } from "effect"
import { HttpServerResponse } from "effect/http"
import type { CrosswalkError } from "../../domain/CrosswalkError.ts"
import { CurrentPolicy } from "../access/Policy.ts"
import { answered, type Problem, Unavailable } from "../Problem.ts"

/** A file that is sent. */
export interface File {
  readonly name: string
  readonly type: string
  readonly bytes: Stream.Stream<Uint8Array, CrosswalkError>
}

/** A name that is the same in every system, without its folders. */
const plain = (name: string): string => name.replace(/[^\w.-]+/gu, "-")

/** Sends so many files at once. */
export const make: Effect.Effect<
  (file: File) => Effect.Effect<HttpServerResponse.HttpServerResponse, Problem, Scope.Scope>,
  never,
  CurrentPolicy
> = Effect.gen(function* () {
  const { maxDownloads, transferTimeout } = yield* CurrentPolicy
  let open = 0

  /** One of the places, until the answer has been sent. */
  const place = Effect.acquireRelease(
    Effect.suspend(() => {
      if (open >= maxDownloads) {
        return new Unavailable({ detail: `${open} files are sent already`, reason: "busy", isRetryable: true })
      }
      open += 1
      return Effect.void
    }),
    () =>
      Effect.sync(() => {
        open -= 1
      })
  )

  const tooSlow = Effect.andThen(Effect.sleep(transferTimeout), Effect.die("a file was not fetched in time"))

  return Effect.fn("Download.send")(function* ({ bytes, name, type }) {
    yield* place
    // What fails at its beginning, a head and what is first, is a problem document. Later the connection breaks off, which it
    // does for no whole file.
    const [first, rest] = yield* answered(Stream.peel(bytes, Sink.take<Uint8Array>(2)))
    return HttpServerResponse.stream(Stream.interruptWhen(Stream.concat(Stream.fromIterable(first), rest), tooSlow), {
      contentType: type,
      headers: { "content-disposition": `attachment; filename="${plain(name)}"` }
    })
  })
})
