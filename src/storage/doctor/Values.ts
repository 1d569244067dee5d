import { Effect, Option, Result, Schema, Stream } from "effect"
import type { SqlClient } from "effect/sql"
import * as Columns from "../Columns.ts"
import { failed, ok, pageSize, some } from "./Check.ts"

/** Tables whose rows have no number are compared with others by checks of their own, and so are those of FTS5. */
const tables = (sql: SqlClient.SqlClient) => sql<{ readonly name: string }>`
  SELECT name FROM sqlite_master WHERE type = 'table' AND name GLOB 'crosswalk_*'
    AND name NOT GLOB 'crosswalk_keyword*' AND name NOT GLOB 'crosswalk_trigram*'
    AND name NOT GLOB 'crosswalk_metadata*' AND sql NOT LIKE '%WITHOUT ROWID%'
  ORDER BY name`

const kinds: Readonly<Record<string, Schema.Codec<unknown, unknown>>> = {
  TEXT: Schema.String,
  INTEGER: Schema.Int,
  REAL: Schema.Finite,
  BLOB: Schema.Literal("blob"),
  // Of the list of migrations.
  DATETIME: Schema.String
}

/** What the rows of a table hold that its columns are not for, each as a sentence. */
const ofTable = Effect.fnUntraced(function* (sql: SqlClient.SqlClient, table: string) {
  const declared = yield* sql<{ readonly name: string; readonly type: string; readonly required: number }>`
    SELECT name, upper(type) AS type, "notnull" OR pk AS required FROM pragma_table_info(${table})`
  const columns = Columns.make(
    `row of ${table}`,
    {
      id: "rowid",
      ...Object.fromEntries(
        declared.map(({ name, type }) => [
          name,
          type === "BLOB"
            ? `nullif(typeof("${name}"), 'null')`
            : type === "REAL"
              ? Columns.real(`"${name}"`)
              : `"${name}"`
        ])
      )
    },
    ["id"]
  )
  const schema = Schema.Struct({
    ...Object.fromEntries(
      declared.map(({ name, required, type }) => {
        const kind = kinds[type] ?? Schema.Unknown
        return [name, required === 1 ? kind : Schema.NullOr(kind)]
      })
    )
  })
  const decode = Columns.decoder(columns, schema, "Doctor.run")
  return Stream.paginate(0, (after) =>
    Effect.gen(function* () {
      const rows = yield* sql<{ readonly rowid: number }>`
        SELECT rowid, ${sql.literal(columns.sql)} FROM ${sql(table)}
        WHERE rowid > ${after} ORDER BY rowid LIMIT ${pageSize}`
      const decoded = yield* Effect.forEach(rows, (row) => Effect.result(decode(row)))
      const wrong = decoded.flatMap((result) => (Result.isFailure(result) ? [result.failure.problem] : []))
      return [wrong, Option.fromUndefinedOr(rows.length < pageSize ? undefined : rows.at(-1)?.rowid)] as const
    })
  )
})

/** What rows of the tables hold that their columns are not for: other kinds of values, and texts that are not UTF-8. */
export const check = Effect.fnUntraced(function* (sql: SqlClient.SqlClient) {
  const wrong: Array<string> = []
  for (const { name } of yield* tables(sql)) wrong.push(...(yield* Stream.runCollect(yield* ofTable(sql, name))))
  return wrong.length === 0
    ? ok("values", "are all of the kinds that the tables are for, and every text is UTF-8")
    : failed("values", some(wrong))
})
