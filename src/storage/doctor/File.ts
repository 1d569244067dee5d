import { Effect } from "effect"
import type { SqlClient } from "effect/sql"
import { detailOf } from "../../libsql/LibsqlError.ts"
import { hasStrayChanges } from "../../libsql/LibsqlOpen.ts"
import * as StrayChanges from "../../libsql/StrayChanges.ts"
import { failed, ok, restore, some } from "./Check.ts"

/** The path of the file; empty where there is none. */
const pathOf = (sql: SqlClient.SqlClient) =>
  Effect.map(
    sql<{ readonly path: string | null }>`SELECT hex(file) AS path FROM pragma_database_list WHERE name = 'main'`,
    ([row]) => Buffer.from(row?.path ?? "", "hex").toString("utf8")
  ).pipe(Effect.orElseSucceed(() => ""))

interface Found {
  readonly problem: string
}

/** A virtual table that lacks one of its own ends the check of the whole; which is told by the check of tables. */
const ofTables = (sql: SqlClient.SqlClient) => sql<Found>`SELECT c.integrity_check AS problem
  FROM sqlite_master AS m, pragma_integrity_check(m.name) AS c WHERE m.type = 'table' AND m.rootpage > 0`

/** What SQLite itself finds out about its file. */
export const integrity = Effect.fnUntraced(function* (sql: SqlClient.SqlClient) {
  const whole = sql<Found>`SELECT integrity_check AS problem FROM pragma_integrity_check`
  const rows = yield* Effect.catch(whole, (error) =>
    /vtable constructor failed/u.test(detailOf(error)) ? ofTables(sql) : Effect.fail(error)
  )
  const problems = rows.map(({ problem }) => problem).filter((problem) => problem !== "ok")
  if (problems.length === 0) return ok("database file", "its pages and indexes are sound")
  if (problems.every((problem) => /FTS5 table/u.test(problem)))
    return failed("database file", some(problems), { action: "repairDatabase" })
  const path = yield* pathOf(sql)
  const isStray =
    path !== "" &&
    (yield* Effect.orElseSucceed(
      Effect.tryPromise(() => hasStrayChanges(path)),
      () => false
    ))
  return failed("database file", `${some(problems)}. ${isStray ? StrayChanges.problemOf(path) : restore}`)
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
