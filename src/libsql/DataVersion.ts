import { Context, Effect } from "effect"

/**
 * A number that becomes another one whenever something is committed to the database, by whomever. Undefined where a database does
 * not tell: one in memory, a server, a replica, and any other `SqlClient`.
 */
export class DataVersion extends Context.Reference<Effect.Effect<number | undefined>>("crosswalk/libsql/DataVersion", {
  defaultValue: () => Effect.succeed(undefined)
}) {}
