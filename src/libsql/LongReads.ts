import { Context, Effect } from "effect"

/** Whether a statement is one that takes long: a hint to the connection that runs it. */
export class IsLongRead extends Context.Reference<boolean>("crosswalk/libsql/IsLongRead", {
  defaultValue: () => false
}) {}

/**
 * Marks the statements of `effect`, which only reads, as ones that take long. A `LibsqlClient` of a file whose option
 * `longReads` is `thread` runs them in a thread with a connection of its own, so that they do not hold the event loop; it
 * sees what is committed. In a transaction, and with every other client, they run as always.
 */
export const offLoop = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.provideService(effect, IsLongRead, true)

/** Takes the mark of {@link offLoop} away again, for a statement that takes less time than to ask another thread. */
export const onLoop = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.provideService(effect, IsLongRead, false)
