import { Context, Effect, type Scope, Stream } from "effect"
import type { SqlConnection, SqlError } from "effect/sql"
import { LibsqlFault, toSqlError } from "./LibsqlError.ts"
import { isRead } from "./LibsqlValues.ts"

/**
 * A connection that sees one state of the database, from the moment it is acquired until its scope ends, whatever others
 * write, and holds up none of them; it only reads. Undefined where a database has no such connection: one in memory, one
 * with a rollback journal, and any other `SqlClient`.
 */
export class Snapshots extends Context.Reference<
  Effect.Effect<SqlConnection.Connection | undefined, SqlError.SqlError, Scope.Scope>
>("crosswalk/libsql/Snapshots", { defaultValue: () => Effect.succeed(undefined) }) {}

/** Savepoints are how a transaction within this one begins and ends. */
const isHarmless = (sql: string) =>
  isRead(sql) || /^\s*(savepoint|release savepoint|rollback to savepoint)\b/iu.test(sql)

const refusal = Effect.fail(
  toSqlError("execute")(new LibsqlFault("readonly", "what is read is one state of the database; write outside of it"))
)

/** The same connection, which refuses to write. */
export const readOnly = (connection: SqlConnection.Connection): SqlConnection.Connection => ({
  execute: (sql, ...rest) => (isHarmless(sql) ? connection.execute(sql, ...rest) : refusal),
  executeUnprepared: (sql, ...rest) => (isHarmless(sql) ? connection.executeUnprepared(sql, ...rest) : refusal),
  executeRaw: (sql, ...rest) => (isHarmless(sql) ? connection.executeRaw(sql, ...rest) : refusal),
  executeValues: (sql, ...rest) => (isHarmless(sql) ? connection.executeValues(sql, ...rest) : refusal),
  executeValuesUnprepared: (sql, ...rest) =>
    isHarmless(sql) ? connection.executeValuesUnprepared(sql, ...rest) : refusal,
  executeStream: (sql, ...rest) =>
    isHarmless(sql) ? connection.executeStream(sql, ...rest) : Stream.fromEffect(refusal)
})
