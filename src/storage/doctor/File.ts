import { Effect } from "effect"
import type { SqlClient } from "effect/sql"
import { failed, ok, restore, some } from "./Check.ts"

/** What SQLite itself finds out about its file. */
export const integrity = Effect.fnUntraced(function* (sql: SqlClient.SqlClient) {
  const rows = yield* sql<{ readonly problem: string }>`SELECT integrity_check AS problem FROM pragma_integrity_check`
  const problems = rows.map(({ problem }) => problem).filter((problem) => problem !== "ok")
  return problems.length === 0
    ? ok("database file", "its pages and indexes are sound")
    : failed("database file", `${some(problems)}. ${restore}`)
})

/** Whether every row that belongs to another has it. */
export const foreignKeys = Effect.fnUntraced(function* (sql: SqlClient.SqlClient) {
  const rows = yield* sql<{ readonly table: string }>`SELECT "table" FROM pragma_foreign_key_check`
  return rows.length === 0
    ? ok("foreign keys", "every row's owner is there")
    : failed(
        "foreign keys",
        `${rows.length} rows have no owner, in ${some([...new Set(rows.map(({ table }) => table))])}`
      )
})
