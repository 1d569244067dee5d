/**
 * A process that writes to a database file, for tests of several processes: `node libsqlWriter.ts PATH NAME ROWS`.
 * Half of the rows it writes alone, half in transactions; `lock` as NAME holds the write lock for ROWS milliseconds.
 * Each written row is reported as a line on stdout.
 */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import * as LibsqlClient from "../../src/libsql/LibsqlClient.ts"

const [path = "", name = "", count = "0"] = process.argv.slice(2)

const hold = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql.withTransaction(
    Effect.gen(function* () {
      yield* sql`INSERT INTO line (writer, number) VALUES (${name}, ${0})`
      process.stdout.write("locked\n")
      yield* Effect.sleep(Number(count))
    })
  )
})

const write = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  for (let number = 0; number < Number(count); number += 1) {
    const insert = sql`INSERT INTO line (writer, number) VALUES (${name}, ${number})`
    yield* number % 2 === 0
      ? insert
      : sql.withTransaction(Effect.andThen(sql`SELECT count(*) FROM line WHERE writer = ${name}`, insert))
    process.stdout.write(`${number}\n`)
  }
})

await Effect.runPromise(
  Effect.provide(name === "lock" ? hold : write, LibsqlClient.layer({ url: path, busyTimeout: "60 seconds" }))
)
