import { Effect, Option, Predicate } from "effect"
import { SqlClient, type SqlError } from "effect/sql"
import * as ServerWrites from "../libsql/ServerWrites.ts"
import * as Hindrance from "./Hindrance.ts"

/** Whether the answer to a commit can be lost on the way: never that of a file or of memory. */
const canLose = (client: SqlClient.SqlClient): boolean =>
  Predicate.hasProperty(client, "kind") && (client.kind === "remote" || client.kind === "replica")

/**
 * Runs a change that makes a difference each time, such as a decision, in a transaction of its own: once, also where its
 * connection breaks and it is made again. A transaction leaves a mark with what it changes. The next try finds it there or
 * makes the change; as both lock the database, none can end meanwhile that seemed lost. In a transaction that is open, and in
 * a file, the change is a transaction and nothing else.
 */
export const make = Effect.map(SqlClient.SqlClient, (client) => {
  const sql = client.withoutTransforms()
  const persistent = ServerWrites.persistent(sql)
  return <A, E, R>(change: Effect.Effect<A, E, R>): Effect.Effect<A, E | SqlError.SqlError, R> =>
    Effect.flatMap(Effect.serviceOption(sql.transactionService), (transaction) => {
      if (Option.isSome(transaction) || !canLose(client)) return sql.withTransaction(change)
      const mark = crypto.randomUUID()
      let made: { readonly value: A } | undefined
      return persistent(
        sql.withTransaction(
          Effect.gen(function* () {
            if (made !== undefined && (yield* sql`SELECT 1 FROM crosswalk_commit WHERE mark = ${mark}`).length > 0) {
              return made.value
            }
            const value = yield* change
            const marked = yield* sql`INSERT INTO crosswalk_commit (mark) VALUES (${mark}) RETURNING 1`
            yield* Hindrance.requireAll(sql, "crosswalk_commit", { rows: marked.length, most: 1 })
            made = { value }
            return value
          })
        )
      )
    })
})
