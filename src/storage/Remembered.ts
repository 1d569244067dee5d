import { Effect, Option } from "effect"
import { SqlClient } from "effect/sql"
import { DataVersion } from "../libsql/DataVersion.ts"

/**
 * Makes effects that read, and that read again only after something was committed to the database: what they gave is kept as long
 * as it is true. In a transaction, and where the database does not tell, they read each time.
 */
export const make = Effect.gen(function* () {
  const { transactionService } = yield* SqlClient.SqlClient
  const version = yield* DataVersion

  // Only the connection of a transaction sees what it has not committed, or what it saw before others did.
  const now = Effect.flatMap(Effect.serviceOption(transactionService), (transaction) =>
    Option.isSome(transaction) ? Effect.succeed(undefined) : version
  )

  return <A, E, R>(read: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> => {
    let kept: { readonly version: number; readonly value: A } | undefined
    return Effect.flatMap(now, (version) => {
      if (version === undefined) return read
      if (kept?.version === version) return Effect.succeed(kept.value)
      return Effect.map(read, (value) => {
        kept = { version, value }
        return value
      })
    })
  }
})

export type Remembered = Effect.Success<typeof make>
