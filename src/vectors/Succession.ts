import { Effect, Exit, Scope } from "effect"
import type { ChangeLog } from "../storage/ChangeLog.ts"
import type { CurrentIndex } from "./CurrentIndex.ts"
import type { Plan } from "./Plan.ts"
import * as Serving from "./Serving.ts"

/** Builds, in the background, what takes the place of an index that grew or changed much. */
export const make = Effect.fnUntraced(function* (log: ChangeLog, plan: Plan, current: CurrentIndex) {
  const background = yield* Scope.fork(yield* Effect.scope)
  let isBuilding = false

  /** What should take the place of an index, or undefined where it is right as it is. */
  const successor = ({ isInline, kind, model, size: { count, pending } }: Serving.Serving) => {
    if (plan.isReader) return undefined
    const { exactUpTo, mergeAfter = Math.max(2000, Math.floor(count / 50)), path } = plan
    // A graph where there are too many vectors to compare all, and a new one where it carries too many changes.
    const isGraphWanted = kind === "graph" ? pending > mergeAfter : count > exactUpTo
    if (isGraphWanted && path !== undefined) {
      const input = { ...plan.input, background: true }
      return Serving.build(log, { ...plan, path, input }, model, { kind: "graph", fresh: false })
    }
    return isInline && !Serving.isSmall(count / 2, model) ? Serving.prepare(log, plan, model) : undefined
  }

  const maintain = Effect.fnUntraced(function* (serving: Serving.Serving) {
    const next = isBuilding ? undefined : successor(serving)
    if (next === undefined || (yield* current.isResting)) return
    isBuilding = true
    yield* Effect.flatMap(next, (built) => (built === undefined ? Effect.void : current.succeed(serving, built))).pipe(
      Effect.tapCause((cause) => Effect.logWarning("The vector index could not be built; searching goes on", cause)),
      Effect.tapCause(() => current.rest),
      Effect.ignoreCause,
      Effect.ensuring(
        Effect.sync(() => {
          isBuilding = false
        })
      ),
      Effect.withSpan("VectorIndex.build"),
      Effect.forkIn(background)
    )
  })

  return { maintain, stop: Scope.close(background, Exit.void) }
})
