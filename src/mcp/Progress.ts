import { Clock, Effect } from "effect"
import { McpSchema, type McpServer } from "effect/ai"

/** How far something has come. */
export interface Step {
  readonly done: number
  readonly total?: number | undefined
  readonly message: string
}

/** Tells the caller how far its call has come, where it asked to be told. */
export type Tell = (step: Step) => Effect.Effect<void>

/** Not more often than this, in milliseconds. */
const atMostEvery = 200

const tokenOf = (metadata: object | undefined): string | number | undefined => {
  const token: unknown = metadata === undefined ? undefined : Reflect.get(metadata, "progressToken")
  return typeof token === "string" || typeof token === "number" ? token : undefined
}

/** For the call that runs. The numbers only grow, whatever stages the work has. */
export const make = (server: McpServer.McpServer["Service"]): Effect.Effect<Tell, never, McpSchema.McpRequestContext> =>
  Effect.map(McpSchema.McpRequestContext, (context): Tell => {
    const progressToken = tokenOf(context.requestMetadata)
    if (progressToken === undefined) return () => Effect.void
    let before = 0
    let told = Number.NEGATIVE_INFINITY
    let last = Number.NEGATIVE_INFINITY
    return ({ done, message, total }) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) => {
        if (done < last) before += last
        last = done
        const progress = before + done
        if (now - told < atMostEvery && done !== total) return Effect.void
        told = now
        return server.notifications["notifications/progress"]({
          progressToken,
          progress,
          ...(total !== undefined && { total: before + total }),
          message
        }).pipe(Effect.provideService(McpSchema.McpRequestContext, context))
      })
  })

/** How often something is told of work that has no steps, in milliseconds. */
const beatEvery = 2000

/** Does work that has no steps, and tells meanwhile for how many seconds it runs. */
export const beating = <A, E, R>(tell: Tell, message: string, work: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> => {
  const beats = Effect.gen(function* () {
    const begun = yield* Clock.currentTimeMillis
    for (;;) {
      yield* tell({ done: Math.round(((yield* Clock.currentTimeMillis) - begun) / 1000), message })
      yield* Effect.sleep(beatEvery)
    }
  })
  return Effect.raceFirst(work, beats)
}
