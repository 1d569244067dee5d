import { Effect } from "effect"
import type { SqlClient, SqlError } from "effect/sql"
import { LibsqlFault, toSqlError } from "../libsql/LibsqlError.ts"

/** The triggers of others on a table. As bytes: a name need not be UTF-8. */
const triggersOn = (sql: SqlClient.SqlClient, table: string) =>
  Effect.map(
    sql<{ readonly name: string }>`SELECT hex(name) AS name FROM sqlite_master
      WHERE type = 'trigger' AND lower(tbl_name) = ${table} AND name NOT GLOB 'crosswalk_*' ORDER BY name LIMIT 3`,
    (rows) => rows.map(({ name }) => `"${Buffer.from(name, "hex").toString("utf8")}"`)
  )

/**
 * Fails where a statement changed fewer rows of a table than it was to, and names what may have kept them out: a trigger of
 * another program can leave out a row in silence. Inside a transaction, so that nothing of it stays.
 */
export const requireAll = (
  sql: SqlClient.SqlClient,
  table: string,
  { changed, wanted }: { readonly changed: number; readonly wanted: number }
): Effect.Effect<void, SqlError.SqlError> =>
  changed >= wanted
    ? Effect.void
    : Effect.flatMap(triggersOn(sql, table), (triggers) => {
        const names = triggers.length === 0 ? "" : `, which has triggers of others: ${triggers.join(", ")}`
        const detail = `${wanted - changed} of ${wanted} rows did not reach the table ${table}${names}`
        return Effect.fail(toSqlError("execute")(new LibsqlFault("hindered", detail)))
      })
