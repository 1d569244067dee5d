import { Clock, Duration, Effect, Semaphore } from "effect"
import type { ChangeLog, Position } from "../storage/ChangeLog.ts"
import type { Plan } from "./Plan.ts"
import * as Serving from "./Serving.ts"

/** How long after a failure no index is tried, and no graph is built. */
const pause = Duration.minutes(1)

const isOf = (serving: Serving.Serving | undefined, model: Serving.Model): serving is Serving.Serving =>
  serving?.model.fingerprint === model.fingerprint && serving.model.dimensions === model.dimensions

/** The index that answers: one at a time is made, brought up to date, and replaced. */
export const make = Effect.fnUntraced(function* (log: ChangeLog, plan: Plan) {
  const semaphore = yield* Semaphore.make(1)
  const state: {
    serving: Serving.Serving | undefined
    /** The same, while nothing was written between the last two searches. */
    settled: Serving.Serving | undefined
    restingUntil: number
  } = { serving: undefined, settled: undefined, restingUntil: 0 }

  const replace = (next: Serving.Serving | undefined) =>
    Effect.suspend(() => {
      const before = state.serving
      state.serving = next
      state.settled = undefined
      return before?.close ?? Effect.void
    })

  /** Tries no index for a while. */
  const rest = Effect.map(Clock.currentTimeMillis, (now) => {
    state.restingUntil = now + Duration.toMillis(pause)
  })

  /** The index as of now, which is made where there is none; undefined where none is to be made. */
  const upToDate = (model: Serving.Model) =>
    semaphore.withPermit(
      Effect.gen(function* () {
        const { serving } = state
        const before: Position["seq"] | undefined = serving?.position.seq
        if (isOf(serving, model) && (yield* Serving.catchUp(log, serving))) {
          state.settled = serving.position.seq === before ? serving : undefined
          return serving
        }
        yield* replace(undefined)
        const prepared = yield* Serving.prepare(log, plan, model)
        if (prepared === undefined) yield* rest
        state.serving = prepared
        return prepared
      })
    )

  /** Puts an index in the place of another, unless that one was replaced meanwhile. */
  const succeed = (before: Serving.Serving, next: Serving.Serving) =>
    semaphore
      .withPermit(
        Effect.gen(function* () {
          const isWanted = state.serving === before && (yield* Serving.catchUp(log, next))
          yield* isWanted ? replace(next) : next.close
        })
      )
      .pipe(Effect.onError(() => next.close))

  return {
    serving: () => state.serving,
    /** The index of a model, while nobody writes: then the log is looked at together with the scores, not before. */
    settled: (model: Serving.Model) => (isOf(state.settled, model) ? state.settled : undefined),
    unsettle: () => {
      state.settled = undefined
    },
    upToDate,
    succeed,
    rest,
    isResting: Effect.map(Clock.currentTimeMillis, (now) => now < state.restingUntil),
    close: semaphore.withPermit(replace(undefined))
  }
})

export type CurrentIndex = Effect.Success<ReturnType<typeof make>>
