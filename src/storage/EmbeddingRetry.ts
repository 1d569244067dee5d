import { Duration, Effect, Schedule } from "effect"
import { tell } from "../domain/Callback.ts"
import { EmbeddingError } from "../domain/EmbeddingError.ts"
import type { ModelLoadError } from "../domain/ModelLoadError.ts"
import type { UpdateOptions } from "./UpdateOptions.ts"

/** What an embedder fails with. */
type Failure = EmbeddingError | ModelLoadError

/**
 * Sends a request again, after a while that doubles, where the provider could not answer it for now. What failed for a
 * reason that nobody knows is sent again as well: many a provider says no more of its outage.
 */
export const retrying = ({ onRetry, retry = {} }: Pick<UpdateOptions, "onRetry" | "retry">) => {
  const longest = Duration.fromInputUnsafe(retry.longest ?? "1 minute")
  const schedule = Schedule.exponential(retry.base ?? "500 millis").pipe(
    Schedule.upTo({ times: retry.times ?? 5 }),
    Schedule.jittered,
    Schedule.setInputType<Failure>(),
    Schedule.modifyDelay(({ attempt, duration, input: error }) => {
      if (!(error instanceof EmbeddingError)) return Effect.succeed(duration)
      const wait = Duration.max(Duration.min(duration, longest), error.retryAfter ?? Duration.zero)
      return Effect.as(tell(onRetry, { error, attempt, wait }), wait)
    })
  )
  const isPassing = (error: Failure) =>
    error instanceof EmbeddingError &&
    (error.isRetryable || error.reason === "unknown") &&
    Duration.isLessThanOrEqualTo(error.retryAfter ?? Duration.zero, longest)
  return <A>(request: Effect.Effect<A, Failure>): Effect.Effect<A, Failure> =>
    Effect.retry(request, { schedule, while: isPassing })
}
