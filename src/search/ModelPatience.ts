import { Clock, Context, Duration, Effect } from "effect"
import { EmbeddingError } from "../domain/EmbeddingError.ts"
import { Embedder } from "../embedder/Embedder.ts"

/**
 * How long a search waits for the vector of its query. Then a hybrid search compares words alone and says so
 * (`SearchResult.degraded`), and a semantic one fails with the reason `timeout`; for as long again no search waits. The first
 * search loads the model. Default: 10 seconds.
 *
 * @example
 * import { Duration, Layer } from "effect"
 * import { ModelPatience, Search } from "crosswalk"
 *
 * const hasty = Search.layer.pipe(Layer.provide(Layer.succeed(ModelPatience, Duration.seconds(2))))
 */
export const ModelPatience = Context.Reference<Duration.Duration>("crosswalk/ModelPatience", {
  defaultValue: () => Duration.seconds(10)
})

/** The embedder in use, whose `embed` takes no longer than that, so that searches do not pile up behind a model that hangs. */
export const embedder = Effect.gen(function* () {
  const embedder = yield* Embedder
  const patience = Duration.toMillis(yield* ModelPatience)
  let silentUntil = 0
  const silent = (text: string) =>
    Effect.fail(
      new EmbeddingError({
        text,
        reason: "timeout",
        problem: `the model gave no vector in ${Duration.format(Duration.millis(patience))}`
      })
    )
  const embed: Embedder["Service"]["embed"] = (text, purpose) =>
    Clock.clockWith((clock) =>
      clock.currentTimeMillisUnsafe() < silentUntil
        ? silent(text)
        : Effect.timeoutOrElse(embedder.embed(text, purpose), {
            duration: patience,
            orElse: () => {
              silentUntil = clock.currentTimeMillisUnsafe() + patience
              return silent(text)
            }
          })
    )
  return Embedder.of({ ...embedder, embed })
})
