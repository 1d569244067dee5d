import { Effect, Layer, Schema } from "effect"
import { SqlClient, type SqlError } from "effect/sql"
import type { DatabaseError } from "../domain/DatabaseError.ts"
import * as LibsqlClient from "../libsql/LibsqlClient.ts"
import * as Columns from "./Columns.ts"

const columns = Columns.make("part", { name: "name" })
const decode = Columns.decoder(columns, Schema.Struct({ name: Schema.String }), "Migrations.run")

const tables = Effect.gen(function* () {
  const sql = (yield* SqlClient.SqlClient).withoutTransforms()
  const rows = yield* sql`SELECT ${sql.literal(columns.sql)} FROM sqlite_master
    WHERE type = 'table' AND name GLOB 'crosswalk_*' ORDER BY rowid`
  return (yield* Effect.forEach(rows, decode)).map(({ name }) => name)
})

/** The tables of ours that a database lacks, of those that migrations make of an empty one. */
export const tablesGone = (
  migrations: Effect.Effect<void, DatabaseError, SqlClient.SqlClient>
): Effect.Effect<ReadonlyArray<string>, DatabaseError | SqlError.SqlError, SqlClient.SqlClient> =>
  Effect.gen(function* () {
    const made = yield* Effect.andThen(migrations, tables).pipe(
      Effect.provide(Layer.fresh(LibsqlClient.layer({ url: ":memory:" }))),
      Effect.catchTag("ValidationError", Effect.die)
    )
    const present = new Set(yield* tables)
    return made.filter((name) => !present.has(name))
  })
