import { Data, Effect } from "effect"
import { SqlClient, SqlError } from "effect/sql"
import type { DatabaseError } from "../domain/DatabaseError.ts"
import { toDatabaseError } from "../libsql/DatabaseErrors.ts"

/** Carries what was answered out of the transaction that it takes back. */
class Rehearsed<A> extends Data.TaggedError("Rehearsed")<{ readonly answer: A }> {}

/**
 * Does something in a transaction and takes all of it back, so that the answer says what would be, as exactly as doing it.
 * Others cannot write meanwhile: not for what takes long.
 */
export const of = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.flatMap(SqlClient.SqlClient, (sql) =>
    sql.withTransaction(Effect.flatMap(effect, (answer) => Effect.fail(new Rehearsed({ answer }))))
  ).pipe(
    Effect.catch((error): Effect.Effect<A, Exclude<E, SqlError.SqlError> | DatabaseError> => {
      if (error instanceof Rehearsed) return Effect.succeed(error.answer)
      return Effect.fail(
        SqlError.isSqlError(error) ? toDatabaseError("Rehearsal")(error) : (error as Exclude<E, SqlError.SqlError>)
      )
    })
  )
