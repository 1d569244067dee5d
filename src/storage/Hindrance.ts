import { Effect } from "effect"
import { SqlError, type SqlClient, type Statement } from "effect/sql"
import { detailOf, faultOf, LibsqlFault, toSqlError } from "../libsql/LibsqlError.ts"

/** The triggers of others on tables of ours, those on this table first. As bytes: a name need not be UTF-8. */
const triggers = (sql: SqlClient.SqlClient, table: string) =>
  Effect.map(
    sql<{ readonly name: string; readonly own: string }>`
      SELECT hex(name) AS name, hex(tbl_name) AS own FROM sqlite_master
      WHERE type = 'trigger' AND lower(tbl_name) GLOB 'crosswalk_*' AND name NOT GLOB 'crosswalk_*'
      ORDER BY lower(tbl_name) <> ${table}, name LIMIT 3`,
    (rows) =>
      rows
        .map(({ name, own }) => [name, own].map((hex) => Buffer.from(hex, "hex").toString("utf8")))
        .map(([name = "", own = ""]) => `"${name}" on ${own}`)
  )

const hindered = (detail: string, found: ReadonlyArray<string>) =>
  toSqlError("execute")(
    new LibsqlFault(
      "hindered",
      found.length === 0 ? detail : `${detail}; there are triggers of others: ${found.join(", ")}`
    )
  )

/** What a statement wrote of a table, or removed from it. */
export interface Written {
  /** How many rows it gave back. */
  readonly rows: number
  /** How many it gives back where none is left out, or more. */
  readonly most: number
  /**
   * Selects what is still to be written or removed afterwards. It is asked where fewer than `most` rows came back. Default: so many
   * are left as came back too few.
   */
  readonly left?: Statement.Fragment
}

/**
 * Fails where a statement left out rows of a table, and names what may have kept them out: a trigger of another program can
 * leave out a row in silence. Inside a transaction, so that nothing of it stays.
 */
export const requireAll = Effect.fnUntraced(function* (
  sql: SqlClient.SqlClient,
  table: string,
  { left, most, rows }: Written
): Effect.fn.Return<void, SqlError.SqlError> {
  if (rows >= most) return
  const [found] =
    left === undefined ? [{ n: most - rows }] : yield* sql<{ readonly n: number }>`SELECT count(*) AS n FROM (${left})`
  const n = found?.n ?? 0
  if (n === 0) return
  const detail = `${n} ${n === 1 ? "row" : "rows"} of the table ${table} ${n === 1 ? "was" : "were"} left out`
  return yield* hindered(detail, yield* triggers(sql, table))
})

/** Where a row that was left out is missed by a rule of the tables, what may have kept it out is named as well. */
export const named =
  (sql: SqlClient.SqlClient) =>
  <A, E, R>(write: Effect.Effect<A, E | SqlError.SqlError, R>): Effect.Effect<A, E | SqlError.SqlError, R> =>
    Effect.catch(write, (error) => {
      if (!SqlError.isSqlError(error) || !["constraint", "unique"].includes(faultOf(error))) return Effect.fail(error)
      return Effect.flatMap(triggers(sql, ""), (found) =>
        Effect.fail(found.length === 0 ? error : hindered(detailOf(error), found))
      )
    })
