import { join } from "node:path"
import { describe } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import * as LibsqlClient from "../../src/storage/LibsqlClient.ts"
import * as Sqld from "../support/sqld.ts"
import { temporaryFolder } from "../support/temporaryFolder.ts"
import { repositoryContract } from "./repositoryContract.ts"

const file = Layer.unwrap(
  Effect.map(temporaryFolder, (folder) => LibsqlClient.layer({ url: join(folder, "references #1?.db") }))
)

repositoryContract("repositories in memory", LibsqlClient.layer({ url: ":memory:" }))
repositoryContract("repositories in a file", file)

/**
 * A replica answers reads from what has reached it, milliseconds behind its primary: after each transaction, waits until
 * the replica has it, so that the contract can read what it wrote.
 */
const settledReplica = Layer.effect(
  SqlClient.SqlClient,
  Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    const pause = Effect.promise(() => new Promise((resolve) => setTimeout(resolve, 2)))
    let written = 0
    const caughtUp = Effect.flatMap(
      sql<{ readonly at: number | null }>`SELECT max(at) AS at FROM marker`,
      ([row]) => Effect.succeed((row?.at ?? 0) >= written)
    )
    const settle = Effect.gen(function*() {
      while (!(yield* caughtUp)) yield* pause
    })
    yield* sql`CREATE TABLE marker (at INTEGER)`
    while ((yield* sql`SELECT 1 FROM sqlite_master WHERE name = 'marker'`).length === 0) yield* pause
    const proxy: SqlClient.SqlClient = new Proxy(sql, {
      get: (target, key) => {
        if (key === "withoutTransforms") return () => proxy
        if (key !== "withTransaction") return Reflect.get(target, key)
        return (self: Effect.Effect<unknown, unknown>) =>
          sql.withTransaction(Effect.tap(self, () => sql`INSERT INTO marker VALUES (${++written})`)).pipe(
            Effect.tap(() => settle)
          )
      }
    })
    return proxy
  })
).pipe(Layer.provide(Sqld.layerReplica()))

const skipped = Sqld.unavailable
describe.skipIf(skipped !== undefined)(`repositories on a libSQL server ${skipped ?? ""}`, () => {
  repositoryContract("the primary", Sqld.layerPrimary())
  repositoryContract("a replica", settledReplica)
})
