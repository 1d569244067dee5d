import { Effect } from "effect"
import { SqlClient } from "effect/sql"

/** All that the tables hold. */
export const everything = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const tables = yield* sql<{ readonly name: string }>`
    SELECT name FROM sqlite_schema WHERE type = 'table' AND name LIKE 'crosswalk%' ORDER BY name`
  return yield* Effect.forEach(tables, ({ name }) => sql`SELECT * FROM ${sql(name)}`)
})
