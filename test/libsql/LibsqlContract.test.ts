import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Layer, Stream } from "effect"
import { SqlClient } from "effect/sql"
import * as LibsqlClient from "../../src/libsql/LibsqlClient.ts"
import { layerLive } from "../support/liveClient.ts"
import * as Sqld from "../support/sqld.ts"
import { temporaryFolder } from "../support/temporaryFolder.ts"

const file = () =>
  Layer.unwrap(Effect.map(temporaryFolder, (folder) => LibsqlClient.layer({ url: join(folder, "x.db") })))

const servingFile = () =>
  Layer.unwrap(
    Effect.map(temporaryFolder, (folder) => LibsqlClient.layer({ url: join(folder, "x.db"), longReads: "thread" }))
  )

const libsqlUrl = () =>
  Layer.unwrap(
    Effect.map(Sqld.primary(), ({ port }) => LibsqlClient.layer({ url: `libsql://127.0.0.1:${port}?tls=0` }))
  )

const embeddedReplica = () =>
  Layer.unwrap(
    Effect.gen(function* () {
      const { url } = yield* Sqld.primary()
      return LibsqlClient.layer({ url: join(yield* temporaryFolder, "replica.db"), syncUrl: url })
    })
  )

const liveFile = () =>
  Layer.unwrap(Effect.map(temporaryFolder, (folder) => layerLive({ url: `file:${join(folder, "x.db")}` })))

const liveServer = () => Layer.unwrap(Effect.map(Sqld.primary(), ({ url }) => layerLive({ url })))

const server = Sqld.unavailable
const databases = [
  { name: "memory", layer: () => LibsqlClient.layer({ url: ":memory:" }), skipped: undefined },
  { name: "a file", layer: file, skipped: undefined },
  { name: "a file of a server", layer: servingFile, skipped: undefined },
  { name: "a live client in memory", layer: () => layerLive({ url: ":memory:" }), skipped: undefined },
  { name: "a live client of a file", layer: liveFile, skipped: undefined },
  { name: "a live client of a server", layer: liveServer, skipped: server },
  { name: "a server by http://", layer: Sqld.layerPrimary, skipped: server },
  { name: "a server by libsql://", layer: libsqlUrl, skipped: server },
  { name: "a server's replica", layer: Sqld.layerReplica, skipped: server },
  { name: "an embedded replica", layer: embeddedReplica, skipped: server }
]

const createTable = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT UNIQUE, amount REAL, data BLOB) STRICT`
  return sql
})

const names = (sql: SqlClient.SqlClient) =>
  Effect.map(sql<{ name: string }>`SELECT name FROM item ORDER BY name`, (rows) => rows.map(({ name }) => name))

for (const { layer, name, skipped } of databases) {
  describe.skipIf(skipped !== undefined)(`LibsqlClient on ${name} ${skipped ?? ""}`, () => {
    it.live("lets others have their turn between two statements, also in a transaction", () =>
      Effect.gen(function* () {
        const sql = yield* createTable
        let turns = 0
        let next = setImmediate(function count() {
          turns++
          next = setImmediate(count)
        })
        yield* Effect.addFinalizer(() => Effect.sync(() => clearImmediate(next)))
        const statements = Effect.gen(function* () {
          for (let id = 0; id < 20; id++) {
            yield* sql`INSERT INTO item ${sql.insert({ id, name: null, amount: 0, data: null })}`
            yield* sql`SELECT id FROM item WHERE id = ${id}`
            yield* sql`DELETE FROM item`
          }
        })
        for (const work of [statements, sql.withTransaction(statements)]) {
          const before = turns
          yield* work
          assert.isAtLeast(turns - before, 60)
        }
      }).pipe(Effect.scoped, Effect.provide(layer()))
    )

    it.live("gives back what was stored", () =>
      Effect.gen(function* () {
        const sql = yield* createTable
        const data = new Float32Array([9, 0.5, -2]).subarray(1)
        yield* sql`INSERT INTO item ${sql.insert({ id: 2 ** 40, name: "é管理😀", amount: 1.5, data })}`
        yield* sql`INSERT INTO item ${sql.insert({ id: 2, name: null, amount: 3, data: new Uint8Array() })}`
        const [second, first] = yield* sql<{ data: ArrayBuffer }>`SELECT * FROM item ORDER BY id`
        assert.deepEqual({ ...first, data: undefined }, { id: 2 ** 40, name: "é管理😀", amount: 1.5, data: undefined })
        assert.deepEqual([...new Float32Array(first!.data)], [0.5, -2])
        assert.strictEqual(second!.data.byteLength, 0)
        assert.deepEqual(yield* sql`SELECT id, name FROM item ORDER BY id`.values, [
          [2, null],
          [2 ** 40, "é管理😀"]
        ])
        const types =
          yield* sql`SELECT typeof(${7}) AS a, typeof(${7.5}) AS b, typeof(${true}) AS c, typeof(${undefined}) AS d`
        assert.deepEqual(types, [{ a: "integer", b: "real", c: "integer", d: "null" }])
      }).pipe(Effect.provide(layer()))
    )

    it.live("streams rows, and other statements run meanwhile", () =>
      Effect.gen(function* () {
        const sql = yield* createTable
        yield* sql`INSERT INTO item (id) SELECT value FROM json_each('[1,2,3]')`
        yield* sql<{ id: number }>`SELECT id FROM item ORDER BY id`.stream.pipe(
          Stream.runForEach(({ id }) => sql`UPDATE item SET amount = ${id * 2} WHERE id = ${id}`)
        )
        assert.deepEqual(yield* sql`SELECT sum(amount) AS sum FROM item`, [{ sum: 12 }])
      }).pipe(Effect.provide(layer()))
    )

    it.live("commits a transaction whole, or nothing of it", () =>
      Effect.gen(function* () {
        const sql = yield* createTable
        yield* sql.withTransaction(sql`INSERT INTO item (name) VALUES ('kept')`)
        const failed = sql.withTransaction(
          Effect.gen(function* () {
            yield* sql`INSERT INTO item (name) VALUES ('lost')`
            assert.deepEqual(yield* names(sql), ["kept", "lost"])
            return yield* Effect.fail("no")
          })
        )
        assert.strictEqual(yield* Effect.flip(failed), "no")
        assert.deepEqual(yield* names(sql), ["kept"])
      }).pipe(Effect.provide(layer()))
    )

    it.live("takes back a nested transaction alone", () =>
      Effect.gen(function* () {
        const sql = yield* createTable
        const insert = (name: string) => sql`INSERT INTO item (name) VALUES (${name})`
        yield* sql.withTransaction(
          Effect.gen(function* () {
            yield* insert("a")
            yield* sql.withTransaction(insert("b"))
            yield* Effect.flip(sql.withTransaction(Effect.andThen(insert("c"), Effect.fail("no"))))
            const error = yield* Effect.flip(sql.withTransaction(Effect.andThen(insert("d"), insert("a"))))
            assert(error.reason._tag === "UniqueViolation")
            assert.strictEqual(error.reason.constraint, "item.name")
            yield* insert("e")
          })
        )
        assert.deepEqual(yield* names(sql), ["a", "b", "e"])
      }).pipe(Effect.provide(layer()))
    )

    it.live("runs transactions one after the other", () =>
      Effect.gen(function* () {
        const sql = yield* createTable
        yield* sql`INSERT INTO item (id, amount) VALUES (1, 0)`
        const increment = sql
          .withTransaction(
            Effect.gen(function* () {
              const [row] = yield* sql<{ amount: number }>`SELECT amount FROM item`
              yield* Effect.sleep(5)
              yield* sql`UPDATE item SET amount = ${row!.amount + 1}`
            })
            // A server ends a transaction after 5 seconds, which a busy machine may take; nothing of it is stored then.
          )
          .pipe(Effect.retry({ times: 5, while: (error) => error.isRetryable }))
        yield* Effect.all(
          Array.from({ length: 8 }, () => increment),
          { concurrency: "unbounded" }
        )
        assert.deepEqual(yield* sql`SELECT amount FROM item`, [{ amount: 8 }])
      }).pipe(Effect.provide(layer()))
    )

    it.live("rolls back when it is interrupted, and goes on", () =>
      Effect.gen(function* () {
        const sql = yield* createTable
        const begun = yield* Deferred.make<void>()
        const fiber = yield* Effect.forkChild(
          sql.withTransaction(
            Effect.gen(function* () {
              yield* sql`INSERT INTO item (name) VALUES ('lost')`
              yield* Deferred.succeed(begun, undefined)
              return yield* Effect.never
            })
          )
        )
        yield* Deferred.await(begun)
        yield* Fiber.interrupt(fiber)
        yield* sql`INSERT INTO item (name) VALUES ('kept')`
        assert.deepEqual(yield* names(sql), ["kept"])
      }).pipe(Effect.provide(layer()))
    )

    it.live("refuses what it cannot store as it is", () =>
      Effect.gen(function* () {
        const sql = yield* createTable
        for (const value of [Number.NaN, { a: 1 }, ["a"], new Date(Number.NaN), Symbol("x")]) {
          const error = yield* Effect.flip(sql`SELECT ${value}`)
          assert.strictEqual(error._tag, "SqlError")
        }
        const error = yield* Effect.flip(sql.unsafe("DELETE FROM item; DELETE FROM item"))
        assert.strictEqual(error.reason._tag, "SqlSyntaxError")
        const large = yield* Effect.flip(sql`SELECT ${2n ** 60n} AS n`)
        assert.include(large.message, "SafeIntegers")
        const safe = sql`SELECT ${2n ** 60n} AS n`.pipe(Effect.provideService(SqlClient.SafeIntegers, true))
        assert.deepEqual(yield* safe, [{ n: 2n ** 60n }])
      }).pipe(Effect.provide(layer()))
    )

    it.live("keeps foreign keys", () =>
      Effect.gen(function* () {
        const sql = yield* createTable
        yield* sql`CREATE TABLE part (item_id INTEGER REFERENCES item (id) ON DELETE CASCADE)`
        const error = yield* Effect.flip(sql`INSERT INTO part VALUES (1)`)
        assert.strictEqual(error.reason._tag, "ConstraintError")
        yield* sql`INSERT INTO item (id) VALUES (1)`
        yield* sql`INSERT INTO part VALUES (1)`
        yield* sql`DELETE FROM item`
        assert.deepEqual(yield* sql`SELECT * FROM part`, [])
      }).pipe(Effect.provide(layer()))
    )
  })
}
