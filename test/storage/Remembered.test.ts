import { join } from "node:path"
import { assert, it } from "@effect/vitest"
import { DateTime, Effect, Equal, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { LibsqlClient } from "../../src/libsql.ts"
import { Snapshot } from "../../src/index.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import * as Remembered from "../../src/storage/Remembered.ts"
import { temporaryFolder } from "../support/temporaryFolder.ts"

const newFile = Effect.map(temporaryFolder, (folder) => join(folder, "a.db"))
const open = (url: string) => LibsqlClient.layer({ url, longReads: "thread" })

/** Another connection, as another process has one. */
const elsewhere = <A, E>(url: string, effect: Effect.Effect<A, E, SqlClient.SqlClient>) =>
  Effect.provide(effect, LibsqlClient.layer({ url }), { local: true })

/** A count of a table, and how often it was asked of the database. */
const counting = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const remembered = yield* Remembered.make
  let reads = 0
  const count = remembered(
    Effect.suspend(() => {
      reads++
      return Effect.map(sql<{ readonly n: number }>`SELECT count(*) AS n FROM t`, ([row]) => row?.n)
    })
  )
  return { count, reads: () => reads }
})

const insert = Effect.flatMap(SqlClient.SqlClient, (sql) => sql`INSERT INTO t VALUES (1)`)

it.live("what was read is asked again only after something was committed, by whomever", () =>
  Effect.gen(function* () {
    const url = yield* newFile
    yield* Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      yield* sql`CREATE TABLE t (a)`
      const { count, reads } = yield* counting
      assert.strictEqual(yield* count, 0)
      assert.strictEqual(yield* count, 0)
      assert.strictEqual(reads(), 1)
      yield* insert
      assert.strictEqual(yield* count, 1)
      yield* elsewhere(url, insert)
      assert.strictEqual(yield* count, 2)
      assert.strictEqual(reads(), 3)
      yield* Effect.ignore(sql.withTransaction(Effect.andThen(insert, Effect.fail("no"))))
      assert.strictEqual(yield* count, 2)
    }).pipe(Effect.provide(open(url)))
  }).pipe(Effect.scoped)
)

it.live("a transaction sees its own, and leaves nothing of it to others", () =>
  Effect.gen(function* () {
    const url = yield* newFile
    yield* Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      yield* sql`CREATE TABLE t (a)`
      const { count } = yield* counting
      assert.strictEqual(yield* count, 0)
      const inside = Effect.gen(function* () {
        yield* insert
        assert.strictEqual(yield* count, 1)
        return yield* Effect.fail("no")
      })
      assert.strictEqual(yield* Effect.flip(sql.withTransaction(inside)), "no")
      assert.strictEqual(yield* count, 0)
      yield* Snapshot.read(
        Effect.gen(function* () {
          yield* elsewhere(url, insert)
          assert.strictEqual(yield* count, 0)
        })
      )
      assert.strictEqual(yield* count, 1)
    }).pipe(Effect.provide(open(url)))
  }).pipe(Effect.scoped)
)

for (const [name, config] of [
  ["in memory", { url: ":memory:", longReads: "thread" }],
  ["whose reads have no connection of their own", { url: "a.db" }]
] as const) {
  it.live(`a database ${name} is asked each time`, () =>
    Effect.gen(function* () {
      const url = config.url === "a.db" ? yield* newFile : config.url
      yield* Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        yield* sql`CREATE TABLE t (a)`
        const { count, reads } = yield* counting
        yield* count
        yield* insert
        assert.strictEqual(yield* count, 1)
        assert.strictEqual(reads(), 2)
      }).pipe(Effect.provide(LibsqlClient.layer({ ...config, url })))
    }).pipe(Effect.scoped)
  )
}

it.live("references that were read before are those of now, and nobody can change them for others", () =>
  Effect.gen(function* () {
    const url = yield* newFile
    yield* Effect.gen(function* () {
      const reader = yield* ReferenceRepository
      const { findMany, remove, save } = reader
      const of = (title: string) => ({ uri: "a:1", title, entityType: "control", metadata: { levels: [1, 2] } })
      const titles = Effect.map(findMany(["a:1", "a:2"]), (found) => [...found.values()].map(({ title }) => title))
      yield* save(of("First"))
      assert.deepStrictEqual(yield* titles, ["First"])
      assert.deepStrictEqual(yield* titles, ["First"])
      const before = (yield* findMany(["a:1"])).get("a:1")
      assert.isTrue(Equal.equals(before, yield* reader.find("a:1").pipe(Effect.flatMap(Effect.fromOption))))
      assert.strictEqual(before && DateTime.toPartsUtc(before.createdAt).year, new Date().getUTCFullYear())
      assert.throws(() => Reflect.get(Object(before?.metadata), "levels").push(3), TypeError)
      assert.deepStrictEqual((yield* findMany(["a:1"])).get("a:1")?.metadata, { levels: [1, 2] })
      yield* save(of("Second"))
      assert.deepStrictEqual(yield* titles, ["Second"])
      yield* elsewhere(
        url,
        Effect.flatMap(SqlClient.SqlClient, (sql) => sql`UPDATE crosswalk_reference SET title = ${"Third"}`)
      )
      assert.deepStrictEqual(yield* titles, ["Third"])
      yield* remove("a:1")
      assert.deepStrictEqual(yield* titles, [])
    }).pipe(Effect.provide(Layer.provide(ReferenceRepository.layer, open(url))))
  }).pipe(Effect.scoped)
)
