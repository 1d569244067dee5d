import { Effect, Schema } from "effect"

/** A function that a caller gives to be told of events of type `A`. */
export const Callback = <A>() =>
  Schema.declare((value): value is (event: A) => Effect.Effect<void> => typeof value === "function", {
    expected: "a function that returns an Effect"
  })

/** Tells a caller who wants to know; what its function returns is run where it is an Effect. */
export const tell = <A>(callback: ((event: A) => Effect.Effect<void>) | undefined, event: A): Effect.Effect<void> =>
  Effect.suspend(() => {
    const told: unknown = callback?.(event)
    return Effect.isEffect(told) ? Effect.asVoid(told as Effect.Effect<unknown>) : Effect.void
  })
