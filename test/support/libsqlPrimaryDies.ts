/**
 * Opens an embedded replica and uses it while its primary goes away: `node libsqlPrimaryDies.ts FILE PRIMARY_URL`. It
 * prints nothing, so that what appears on stdout came from native code. A line on stdin says that the primary is gone.
 */
import { once } from "node:events"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import * as LibsqlClient from "../../src/libsql/LibsqlClient.ts"

const [url = "", syncUrl = ""] = process.argv.slice(2)

const program = Effect.gen(function* () {
  const client = yield* LibsqlClient.LibsqlClient
  const sql = yield* SqlClient.SqlClient
  yield* sql`CREATE TABLE t (a)`
  process.stderr.write("ready\n")
  yield* Effect.promise(() => once(process.stdin, "data"))
  yield* Effect.ignore(sql`INSERT INTO t VALUES (1)`)
  yield* Effect.ignore(client.sync)
  yield* sql`SELECT * FROM t`
})

await Effect.runPromise(Effect.provide(program, LibsqlClient.layer({ url, syncUrl })))
process.stdin.destroy()
