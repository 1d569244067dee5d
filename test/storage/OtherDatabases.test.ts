import { readFileSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync, type SQLInputValue } from "node:sqlite"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Layer, Stream } from "effect"
import { Reactivity } from "effect/reactivity"
import { SqlClient, type SqlConnection, SqlError, Statement } from "effect/sql"
import { Backup } from "../../src/catalog/Backup.ts"
import { Doctor } from "../../src/catalog/Doctor.ts"
import * as Deterministic from "../../src/embedder/Deterministic.ts"
import * as LibsqlClient from "../../src/libsql/LibsqlClient.ts"
import * as Migrations from "../../src/storage/Migrations.ts"
import { VectorIndex } from "../../src/storage/VectorIndex.ts"
import * as Store from "../../src/Store.ts"
import { temporaryFolder } from "../support/temporaryFolder.ts"

/** Effect's client over plain SQLite, which has no vectors. */
const sqlite = Effect.gen(function* () {
  const database = yield* Effect.acquireRelease(
    Effect.sync(() => new DatabaseSync(":memory:")),
    (database) => Effect.sync(() => database.close())
  )
  const run = (sql: string, params: ReadonlyArray<unknown>) =>
    Effect.try({
      try: () => database.prepare(sql).all(...(params as ReadonlyArray<SQLInputValue>)),
      catch: (cause) =>
        new SqlError.SqlError({ reason: new SqlError.UnknownError({ cause, message: "no", operation: "execute" }) })
    })
  const connection: SqlConnection.Connection = {
    execute: run,
    executeRaw: run,
    executeValues: (sql, params) => Effect.map(run(sql, params), (rows) => rows.map((row) => Object.values(row))),
    executeValuesUnprepared: (sql, params) =>
      Effect.map(run(sql, params), (rows) => rows.map((row) => Object.values(row))),
    executeUnprepared: run,
    executeStream: (sql, params) => Stream.fromIterableEffect(run(sql, params))
  }
  return yield* SqlClient.make({
    acquirer: Effect.succeed(connection),
    transactionAcquirer: Effect.succeed(connection),
    compiler: Statement.makeCompilerSqlite(),
    driver: "sqlite",
    spanAttributes: []
  })
})

describe("a database that is not libSQL", () => {
  it.effect("is refused when the layer is built, with what is needed", () =>
    Effect.gen(function* () {
      const store = Store.layer.pipe(
        Layer.provide(VectorIndex.layerSql),
        Layer.provide(Deterministic.layer()),
        Layer.provide(Layer.effect(SqlClient.SqlClient, sqlite).pipe(Layer.provide(Reactivity.layer)))
      )
      const error = yield* Effect.flip(Effect.scoped(Layer.build(store)))
      expect(error).toMatchObject({ _tag: "DatabaseError", reason: "unsupported", operation: "Migrations.run" })
      for (const needed of ["libSQL", "FTS5", "vector_distance_cos", "JSON"]) expect(error.message).toContain(needed)
    })
  )

  it.effect("keeps its texts in UTF-8: one of another encoding is refused, and nothing is written", () =>
    Effect.gen(function* () {
      for (const encoding of ["UTF-16le", "UTF-16be"]) {
        const url = join(yield* temporaryFolder, "theirs.db")
        const theirs = new DatabaseSync(url)
        theirs.exec(`PRAGMA encoding = '${encoding}'; CREATE TABLE theirs (a TEXT)`)
        theirs.close()
        const before = readFileSync(url)
        const client = LibsqlClient.layer({ url })
        const doctor = Doctor.layerInspect(Effect.die("not asked")).pipe(Layer.provideMerge(client))
        for (const call of [
          Effect.scoped(Layer.build(Store.layerLibsql({ url, embedder: { type: "deterministic" } }))),
          Effect.provide(Migrations.state, client),
          Doctor.use(({ check }) => check).pipe(Effect.provide(doctor)),
          Doctor.use(({ repair }) => repair).pipe(Effect.provide(doctor)),
          Backup.restore(url, { url: join(yield* temporaryFolder, "new.db") })
        ]) {
          expect(yield* Effect.flip<unknown, unknown, never>(call)).toMatchObject({
            reason: "unsupported",
            message: expect.stringContaining("UTF-16")
          })
        }
        expect(readFileSync(url).equals(before)).toBe(true)
      }
    })
  )

  it.live("is another matter than one that cannot be reached", () =>
    Effect.gen(function* () {
      const layer = Migrations.layer.pipe(Layer.provide(LibsqlClient.layer({ url: "http://127.0.0.1:1" })))
      expect(yield* Effect.flip(Effect.scoped(Layer.build(layer)))).toMatchObject({ reason: "connection" })
    })
  )
})
