import { AsyncLocalStorage } from "node:async_hooks"
import { Clock, Context, Duration, Effect, Schedule } from "effect"
import { retryAfterOf } from "./LibsqlError.ts"

/**
 * When the call that runs ends at the latest, in milliseconds since 1970: one moment for all its requests, its waits and its
 * retries. Undefined outside of a call.
 */
class Deadline extends Context.Reference<number | undefined>("crosswalk/libsql/Deadline", {
  defaultValue: () => undefined
}) {}

/** Makes `effect` a call, which ends with the one that it is a part of, if any, else this much later. */
export const within =
  (limit: Duration.Duration) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.flatMap(Deadline, (outer) =>
      outer !== undefined
        ? effect
        : Effect.flatMap(Clock.currentTimeMillis, (now) =>
            Effect.provideService(effect, Deadline, now + Duration.toMillis(limit))
          )
    )

/** Milliseconds until the call ends. */
const left = Effect.flatMap(Deadline, (deadline) =>
  deadline === undefined
    ? Effect.succeed(Number.POSITIVE_INFINITY)
    : Effect.map(Clock.currentTimeMillis, (now) => deadline - now)
)

/** Less time is not worth another try, in milliseconds. */
const leastTry = 50

/** Whether another try fits in what is left of the call, after the wait that the server asked for. */
export const fits = (cause: unknown): Effect.Effect<boolean> =>
  Effect.map(left, (left) => left > (retryAfterOf(cause) ?? 0) + leastTry)

/** Waits at least as long as the server asked for, and for tries that are left no longer than the call has time. */
export const paced = <Output>(schedule: Schedule.Schedule<Output>): Schedule.Schedule<Output, unknown> =>
  schedule.pipe(
    Schedule.setInputType<unknown>(),
    Schedule.modifyDelay(({ duration, input }) =>
      Effect.map(left, (left) =>
        Duration.millis(Math.max(Math.min(Duration.toMillis(duration), left / 2), retryAfterOf(input) ?? 0))
      )
    )
  )

/** Tells the requests that a promise makes when its call ends: the driver has no argument for it. */
const ends = new AsyncLocalStorage<number>()

/** What runs in a promise until the call ends. */
export const promise = <A, E>(options: {
  readonly try: () => Promise<A>
  readonly catch: (cause: unknown) => E
}): Effect.Effect<A, E> =>
  Effect.flatMap(left, (left) =>
    Effect.tryPromise({ try: () => ends.run(Date.now() + left, options.try), catch: options.catch })
  )

/** Runs a part of a promise, which ends after `limit` milliseconds, or when half of the time of its call is over. */
export const sooner = <A>(limit: number, use: () => Promise<A>): Promise<A> => {
  const now = Date.now()
  const end = ends.getStore() ?? Number.POSITIVE_INFINITY
  return ends.run(now + Math.min(limit, Math.floor((end - now) / 2)), use)
}

/** A signal for a request: after `limit` milliseconds, or at the end of the call that it is a part of. */
export const signal = (limit: number): AbortSignal =>
  AbortSignal.timeout(Math.max(0, Math.min(limit, (ends.getStore() ?? Number.POSITIVE_INFINITY) - Date.now())))
