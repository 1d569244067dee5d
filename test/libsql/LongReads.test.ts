import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import * as LibsqlClient from "../../src/libsql/LibsqlClient.ts"
import { offLoop } from "../../src/libsql/LongReads.ts"

const folder = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "crosswalk-"))),
  (path) => Effect.promise(() => rm(path, { recursive: true, force: true }))
)

const database = (config: LibsqlClient.Config) => LibsqlClient.layer({ longReads: "thread", ...config })

/** How often the event loop came round while it was counted. */
const counting = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* offLoop(sql`SELECT 1`)
  let turns = 0
  const ticker = setInterval(() => turns++, 1)
  const [row] = yield* offLoop(sql<{ readonly n: number }>`
    WITH RECURSIVE c (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 3000000) SELECT count(*) AS n FROM c`)
  clearInterval(ticker)
  assert.strictEqual(row?.n, 3_000_000)
  return turns
})

it.live("a long read of a file leaves the event loop free", () =>
  Effect.gen(function* () {
    const url = join(yield* folder, "a #1?.db")
    // One that runs in the event loop leaves a turn before and after it.
    assert.isAbove(yield* Effect.provide(counting, database({ url })), 5)
  }).pipe(Effect.scoped)
)

for (const [name, config] of [
  ["whose long reads are inline", { url: "a.db", longReads: "inline" }],
  ["in memory", { url: ":memory:" }],
  ["in an encrypted file, which only its own connection can read", { url: "a.db", encryptionKey: Redacted.make("key") }]
] as const) {
  it.live(`a database ${name} is read as always`, () =>
    Effect.gen(function* () {
      const url = config.url === "a.db" ? join(yield* folder, config.url) : config.url
      const found = yield* Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        yield* sql`CREATE TABLE t (a)`
        yield* sql`INSERT INTO t VALUES (7)`
        return yield* offLoop(sql`SELECT a FROM t`)
      }).pipe(Effect.provide(database({ ...config, url })))
      assert.deepStrictEqual(found, [{ a: 7 }])
    }).pipe(Effect.scoped)
  )
}

it.live("values, errors and what a transaction has not committed are as without it", () =>
  Effect.gen(function* () {
    const url = join(yield* folder, "a.db")
    yield* Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      yield* sql`CREATE TABLE t (a, b)`
      yield* sql`INSERT INTO t VALUES (${"ü"}, ${Uint8Array.of(1, 2)}), (${1.5}, ${null})`
      const read = sql`SELECT a, b, ${2} + ${3} AS c FROM t WHERE a <> ${"x"}`
      assert.deepStrictEqual(yield* offLoop(read), yield* read)
      const wrong = sql`SELECT nothing FROM t`
      assert.deepStrictEqual((yield* Effect.flip(offLoop(wrong))).message, (yield* Effect.flip(wrong)).message)
      yield* sql.withTransaction(
        Effect.gen(function* () {
          yield* sql`DELETE FROM t`
          assert.lengthOf(yield* offLoop(sql`SELECT a FROM t`), 0)
        })
      )
      assert.lengthOf(yield* offLoop(sql`SELECT a FROM t`), 0)
    }).pipe(Effect.provide(database({ url })))
  }).pipe(Effect.scoped)
)

it.live("a statement that is compiled once sees what changed since, the tables too", () =>
  Effect.gen(function* () {
    const url = join(yield* folder, "a.db")
    yield* Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      yield* sql`CREATE TABLE t (a)`
      const all = sql`SELECT * FROM t`
      for (const read of [all, offLoop(all)]) {
        yield* sql`DELETE FROM t`
        assert.deepStrictEqual(yield* read, [])
        yield* sql`INSERT INTO t (a) VALUES (1)`
        assert.deepStrictEqual(yield* read, [{ a: 1 }])
      }
      yield* sql`ALTER TABLE t ADD COLUMN b`
      for (const read of [all, offLoop(all)]) assert.deepStrictEqual(yield* read, [{ a: 1, b: null }])
      yield* sql`DROP TABLE t`
      for (const read of [all, offLoop(all)]) assert.include((yield* Effect.flip(read)).message, "no such table: t")
      yield* sql`CREATE TABLE t (c)`
      for (const read of [all, offLoop(all)]) assert.deepStrictEqual(yield* read, [])
    }).pipe(Effect.provide(database({ url })))
  }).pipe(Effect.scoped)
)

it.live("more statements than are kept are read alike", () =>
  Effect.gen(function* () {
    const url = join(yield* folder, "a.db")
    yield* Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      for (let round = 0; round < 2; round++) {
        for (let i = 0; i < 250; i++) {
          assert.deepStrictEqual(yield* sql`SELECT ${sql.literal(`${i}`)} AS n`, [{ n: i }])
        }
      }
    }).pipe(Effect.provide(database({ url })))
  }).pipe(Effect.scoped)
)
