import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import type { DatabaseError } from "../../domain/DatabaseError.ts"
import { toDatabaseError } from "../../libsql/DatabaseErrors.ts"
import { type Check, failed, ok } from "./Check.ts"
import { indexes } from "./Tables.ts"

/** Entries without a reference, and references without an entry, by the index's own list of entries. */
const entriesOf = Effect.fnUntraced(function* (sql: SqlClient.SqlClient, table: string) {
  const [row] = yield* sql<{ readonly lost: number; readonly extra: number }>`
    SELECT
      (SELECT count(*) FROM crosswalk_reference WHERE id NOT IN (SELECT id FROM ${sql(`${table}_docsize`)})) AS lost,
      (SELECT count(*) FROM ${sql(`${table}_docsize`)} WHERE id NOT IN (SELECT id FROM crosswalk_reference)) AS extra`
  return { table, lost: row?.lost ?? 0, extra: row?.extra ?? 0 }
})

/** Whether both indexes have an entry for each reference. */
export const entries = Effect.fnUntraced(function* (sql: SqlClient.SqlClient) {
  const counts = yield* Effect.forEach(indexes, (table) => entriesOf(sql, table))
  const wrong = counts.filter(({ extra, lost }) => extra + lost > 0)
  return wrong.length === 0
    ? ok("keyword index", "has an entry for every reference")
    : failed(
        "keyword index",
        wrong
          .map(({ extra, lost, table }) => `${table} lacks ${lost} references and has ${extra} that are gone`)
          .join("; "),
        { action: "repairDatabase" }
      )
})

/**
 * Compares the words of both keyword indexes with the texts of the references.
 *
 * FTS5 offers that as a statement that counts as a write, so it needs a connection that may write; it runs in a
 * transaction that is rolled back.
 */
export const words: Effect.Effect<Check, DatabaseError, SqlClient.SqlClient> = Effect.gen(function* () {
  const sql = (yield* SqlClient.SqlClient).withoutTransforms()
  const compare = (table: string) =>
    sql
      .withTransaction(
        Effect.flatMap(sql.unsafe(`INSERT INTO ${table} (${table}, rank) VALUES ('integrity-check', 1)`), () =>
          Effect.fail("agrees" as const)
        )
      )
      .pipe(
        Effect.as(""),
        Effect.catch((error) => {
          if (error === "agrees") return Effect.succeed("")
          const problem = toDatabaseError("Doctor.run")(error)
          return problem.reason === "corrupt" ? Effect.succeed(table) : Effect.fail(problem)
        })
      )
  const wrong = (yield* Effect.forEach(indexes, compare)).filter((table) => table !== "")
  return wrong.length === 0
    ? ok("keyword index", "equals the references, entry by entry and word by word")
    : failed("keyword index", `${wrong.join(" and ")} do not agree with the texts`, { action: "repairDatabase" })
}).pipe(Effect.withSpan("Doctor.keywordWords"))
