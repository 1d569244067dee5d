import { Effect, Option, Result, Schema, Stream } from "effect"
import type { SqlClient } from "effect/sql"
import { Boilerplate } from "../../domain/Boilerplate.ts"
import type { DatabaseError } from "../../domain/DatabaseError.ts"
import type { Remedy } from "../../domain/Remedy.ts"
import * as Columns from "../Columns.ts"
import * as DecisionLog from "../DecisionLog.ts"
import * as RelationRow from "../RelationRow.ts"
import { type Check, failed, ok, pageSize, some } from "./Check.ts"

/** The rows of a table with a name of one letter that cannot be read, each as a sentence, and how many there are. */
export const unreadable = Effect.fnUntraced(function* (
  sql: SqlClient.SqlClient,
  from: string,
  columns: Columns.Columns,
  decode: (row: Readonly<Record<string, unknown>>) => Effect.Effect<unknown, DatabaseError>
) {
  const number = sql.literal(`${from.slice(-1)}.rowid`)
  const wrong: Array<string> = []
  let total = 0
  yield* Stream.paginate(0, (after) =>
    Effect.gen(function* () {
      const rows = yield* sql<{ readonly id: number }>`
        SELECT ${number} AS id, ${sql.literal(columns.sql)} FROM ${sql.literal(from)}
        WHERE ${number} > ${after} ORDER BY ${number} LIMIT ${pageSize}`
      for (const row of rows) {
        total++
        const decoded = yield* Effect.result(decode(row))
        if (Result.isFailure(decoded)) wrong.push(decoded.failure.problem)
      }
      return [[], Option.fromUndefinedOr(rows.length < pageSize ? undefined : rows.at(-1)?.id)] as const
    })
  ).pipe(Stream.runDrain)
  return { wrong, total }
})

const decodeRelation = Columns.decoder(RelationRow.columns, RelationRow.RelationRow, "Doctor.run")

/** The relations whose row no Schema allows. */
export const relations = (sql: SqlClient.SqlClient) =>
  unreadable(sql, RelationRow.from, RelationRow.columns, decodeRelation)

/** The entries of the log of decisions that no Schema allows. */
export const decisions = (sql: SqlClient.SqlClient) =>
  unreadable(sql, "crosswalk_decision AS d", DecisionLog.columns, DecisionLog.decoder("Doctor.run"))

const catalogColumns = Columns.make("catalog", { id: "x.id", boilerplate: "x.boilerplate" })
const CatalogRow = Schema.Struct({ id: Schema.String, boilerplate: Schema.NullOr(Schema.fromJsonString(Boilerplate)) })
const decodeCatalog = Columns.decoder(catalogColumns, CatalogRow, "Doctor.run")

/** The catalogs of which it cannot be read what was learnt of their texts. */
export const catalogs = (sql: SqlClient.SqlClient) =>
  unreadable(sql, "crosswalk_catalog AS x", catalogColumns, decodeCatalog)

/** What is said of them. */
export const check = (
  name: Check["name"],
  found: ReturnType<typeof unreadable>,
  remedy?: Remedy
): Effect.Effect<Check, Effect.Error<ReturnType<typeof unreadable>>> =>
  Effect.map(found, ({ total, wrong }) =>
    wrong.length === 0 ? ok(name, `${total}, all readable`) : failed(name, some(wrong), remedy)
  )
