import { createServer } from "node:http"
import { assert, describe, it } from "@effect/vitest"
import { Config, ConfigProvider, Duration, Effect, Fiber, Layer, Redacted, Schedule } from "effect"
import { Reactivity } from "effect/reactivity"
import type { SqlClient, SqlError } from "effect/sql"
import { toDatabaseError } from "../../src/libsql/DatabaseErrors.ts"
import * as LibsqlClient from "../../src/libsql/LibsqlClient.ts"
import * as ServerWrites from "../../src/libsql/ServerWrites.ts"
import { listening } from "../support/listening.ts"
import * as LoopbackProxy from "../support/loopbackProxy.ts"
import * as Sqld from "../support/sqld.ts"

const open = (config: LibsqlClient.Config) => Effect.provide(LibsqlClient.make(config), Reactivity.layer)

const failure = <A, R>(effect: Effect.Effect<A, SqlError.SqlError, R>) =>
  Effect.map(Effect.flip(effect), toDatabaseError("test"))

/** A server that takes requests and never answers. */
const silent = Effect.suspend(() => listening(createServer(() => {})))

describe("a server that does not answer", () => {
  it.live("is given up after requestTimeout, also by a transaction", () =>
    Effect.gen(function* () {
      const url = `http://${yield* silent}`
      const sql = yield* open({ url, requestTimeout: "200 millis" })
      for (const statement of [sql`SELECT 1`, sql`DELETE FROM t`, sql.withTransaction(sql`DELETE FROM t`)]) {
        const [duration, error] = yield* Effect.timed(failure(statement))
        assert.strictEqual(error.reason, "limit")
        assert.include(error.message, "requestTimeout")
        // With what ends a transaction; far from the 30 seconds that are the default.
        assert.isBelow(Duration.toMillis(duration), 15_000)
      }
    })
  )

  it.live("is an error at once where nothing listens", () =>
    Effect.gen(function* () {
      const url = `http://127.0.0.1:${yield* Effect.promise(Sqld.freePort)}`
      const sql = yield* open({ url })
      const [duration, error] = yield* Effect.timed(failure(sql`SELECT 1`))
      assert.strictEqual(error.reason, "connection")
      assert.isTrue(error.isRetryable)
      assert.include(error.message, "ECONNREFUSED")
      // Far from the 30 seconds of requestTimeout.
      assert.isBelow(Duration.toMillis(duration), 10_000)
    })
  )
})

describe.skipIf(Sqld.unavailable !== undefined)(`a call to a server ${Sqld.unavailable ?? ""}`, () => {
  /** A table behind a proxy, and when its requests came. */
  const table = (config: Partial<LibsqlClient.Config> = {}) =>
    Effect.gen(function* () {
      const proxy = yield* LoopbackProxy.make((yield* Sqld.primary()).url)
      const sql = yield* open({ url: proxy.url, ...config })
      yield* sql`CREATE TABLE t (a)`
      const at: Array<number> = []
      const behave = (next: (number: number) => LoopbackProxy.Behaviour) => {
        at.length = 0
        proxy.behave(() => next(at.push(Date.now())))
      }
      return { behave, sql, at }
    })

  for (const [status, write] of [
    [429, true],
    [429, false],
    [503, false]
  ] as const) {
    it.live(`comes back when it was asked to: ${status}, a ${write ? "change" : "read"}`, () =>
      Effect.gen(function* () {
        const { at, behave, sql } = yield* table()
        for (const kind of ["seconds", "date"] as const) {
          let due = 0
          // Oftener than a request is sent again by itself.
          behave((n) => {
            if (n > 4) return { kind: "pass" }
            if (n > 1) return { kind: "answer", status, retryAfter: "0" }
            const date = new Date(Date.now() + 3000).toUTCString()
            due = kind === "date" ? Date.parse(date) : Date.now() + 1000
            return { kind: "answer", status, retryAfter: kind === "date" ? date : "1" }
          })
          yield* write ? sql`INSERT INTO t VALUES (1)` : sql`SELECT a FROM t`
          assert.strictEqual(at.length, 5)
          // Timers may be a little early.
          assert.isAtLeast(at[1] ?? 0, due - 50)
        }
        assert.deepEqual(yield* sql`SELECT count(*) AS n FROM t`, [{ n: write ? 2 : 0 }])
      })
    )
  }

  it.live("does not wait for longer than it has, and says how long it was asked to wait", () =>
    Effect.gen(function* () {
      const { at, behave, sql } = yield* table({ requestTimeout: "5 seconds" })
      behave(() => ({ kind: "answer", status: 429, retryAfter: "60" }))
      const error = yield* failure(sql`INSERT INTO t VALUES (1)`)
      assert.include(error, { reason: "limit", isRetryable: true })
      assert.include(error.problem, "60 s")
      assert.strictEqual(at.length, 1)
    })
  )

  it.live("waits for tables of ours where it reads, as a replica that begins anew is empty for a moment", () =>
    Effect.gen(function* () {
      const { at, behave, sql } = yield* table()
      behave(() => ({ kind: "pass" }))
      const reading = yield* Effect.forkChild(sql`SELECT a FROM crosswalk_late`)
      yield* Effect.repeat(
        Effect.sync(() => at.length),
        { until: (requests) => requests > 1, schedule: Schedule.spaced("5 millis") }
      )
      yield* sql`CREATE TABLE crosswalk_late AS SELECT 1 AS a`
      assert.deepEqual(yield* Fiber.join(reading), [{ a: 1 }])
      for (const call of [sql`INSERT INTO crosswalk_none VALUES (1)`, sql`SELECT a FROM none`]) {
        behave(() => ({ kind: "pass" }))
        assert.include((yield* failure(call)).problem, "no such table")
        assert.strictEqual(at.length, 1)
      }
      behave(() => ({ kind: "pass" }))
      const stays = yield* failure(sql`SELECT a FROM crosswalk_none`)
      assert.include(stays, { reason: "connection", isRetryable: true })
      assert.include(stays.problem, "A replica whose primary was started again is empty for a moment")
    })
  )

  it.live("ends with its time, whatever happens to its requests", () =>
    Effect.gen(function* () {
      const { behave, sql } = yield* table({ requestTimeout: "1 second" })
      const persistent = ServerWrites.persistent(sql)
      for (const behaviour of [
        { kind: "answer", status: 429, retryAfter: "0" },
        { kind: "answer", status: 503 },
        { kind: "loseAnswer" },
        { kind: "resetBefore" },
        { kind: "silence" }
      ] as const) {
        behave(() => behaviour)
        const change = sql.withTransaction(sql`INSERT INTO t VALUES (1)`)
        for (const call of [sql`SELECT a FROM t`, persistent(change), persistent(sql`INSERT INTO t VALUES (1)`)]) {
          const [duration, error] = yield* Effect.timed(failure(call))
          assert.isTrue(error.isRetryable || error.problem.includes("look before"), error.problem)
          // Each try alone could take a second; with what ends a transaction.
          assert.isBelow(Duration.toMillis(duration), 10_000)
        }
      }
    })
  )
})

describe.skipIf(Sqld.unavailable !== undefined)(`a libSQL server ${Sqld.unavailable ?? ""}`, () => {
  it.live("takes a token, and says what is wrong with another", () =>
    Effect.gen(function* () {
      const { token, url } = yield* Sqld.primary({ auth: true })
      const writer = yield* open({ url, authToken: token("rw") })
      yield* writer`CREATE TABLE t (a)`
      const reader = yield* open({ url, authToken: token("ro") })
      assert.deepEqual(yield* reader`SELECT * FROM t`, [])
      const forbidden = yield* failure(reader`INSERT INTO t VALUES (1)`)
      assert.strictEqual(forbidden.reason, "authorization")
      assert.include(forbidden.message, "token that may write")
      for (const authToken of [undefined, Redacted.make("nonsense"), token("rw", -3600)]) {
        const sql = yield* open({ url, authToken })
        const error = yield* failure(sql`SELECT * FROM t`)
        assert.strictEqual(error.reason, "authorization")
        assert.include(error.message, "authToken")
        assert.isFalse(error.isRetryable)
      }
    })
  )

  it.live("is configured from the environment", () =>
    Effect.gen(function* () {
      const { token, url } = yield* Sqld.primary({ auth: true })
      const layer = LibsqlClient.layerConfig({
        url: Config.String("DATABASE_URL"),
        authToken: Config.Redacted("DATABASE_TOKEN")
      })
      const environment = ConfigProvider.layer(
        ConfigProvider.fromUnknown({ DATABASE_URL: url, DATABASE_TOKEN: Redacted.value(token("rw")) })
      )
      yield* Effect.gen(function* () {
        const client = yield* LibsqlClient.LibsqlClient
        assert.deepEqual(yield* client`SELECT 1 AS one`, [{ one: 1 }])
        assert.strictEqual(client.kind, "remote")
        assert.strictEqual(client.url, url)
      }).pipe(Effect.provide(Layer.provide(layer, environment)))
    })
  )

  it.live("can go and come back under the same client", () =>
    Effect.gen(function* () {
      const server = yield* Sqld.primary()
      const sql = yield* open({ url: server.url })
      yield* sql`CREATE TABLE t (a)`
      yield* server.kill
      const [duration, error] = yield* Effect.timed(failure(sql.withTransaction(sql`INSERT INTO t VALUES (1)`)))
      assert.strictEqual(error.reason, "connection")
      assert.isBelow(Duration.toMillis(duration), 10_000)
      assert.strictEqual((yield* failure(sql`SELECT * FROM t`)).reason, "connection")
      yield* server.start
      yield* sql`INSERT INTO t VALUES (2)`
      assert.deepEqual(yield* sql`SELECT a FROM t`, [{ a: 2 }])
    })
  )

  it.live("fails a transaction that it ended, and stores nothing of it", () =>
    Effect.gen(function* () {
      const { url } = yield* Sqld.primary()
      const sql = yield* open({ url })
      const other = yield* open({ url })
      yield* sql`CREATE TABLE t (a)`
      const error = yield* failure(
        sql.withTransaction(
          Effect.gen(function* () {
            yield* sql`INSERT INTO t VALUES ('before')`
            // The server ends a transaction of more than 5 seconds as soon as another writer waits.
            yield* other`INSERT INTO t VALUES ('other')`
            yield* Effect.ignore(sql`INSERT INTO t VALUES ('after')`)
            yield* Effect.ignore(sql.withTransaction(sql`INSERT INTO t VALUES ('nested')`))
          })
        )
      )
      assert.strictEqual(error.reason, "limit")
      assert.include(error.message, "took too long")
      assert.deepEqual(yield* sql`SELECT a FROM t`, [{ a: "other" }])
    })
  )

  it.live("says so when an answer is too large", () =>
    Effect.gen(function* () {
      const { url } = yield* Sqld.primary()
      const sql = yield* open({ url })
      const error = yield* failure(
        sql`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200) SELECT hex(zeroblob(40000)) FROM n`
      )
      assert.strictEqual(error.reason, "limit")
      assert.include(error.message, "Ask for less")
    })
  )

  it.live("gives a thousand embeddings without compression, which takes 20 times as long", () =>
    Effect.gen(function* () {
      const { answered, url } = yield* LoopbackProxy.make((yield* Sqld.primary()).url)
      const sql = yield* open({ url })
      yield* sql`CREATE TABLE v (id INTEGER PRIMARY KEY, data BLOB)`
      const vector = Float32Array.from({ length: 384 }, (_, index) => Math.sin(index))
      yield* sql`
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
        INSERT INTO v SELECT i, ${vector} FROM n`
      const before = answered()
      const rows = yield* sql<{ data: ArrayBuffer }>`SELECT data FROM v`
      assert.strictEqual(rows.length, 1000)
      assert.deepEqual(new Float32Array(rows[999]!.data), vector)
      // They are all the same, so that compressed they would be a thousandth.
      assert.isAbove(answered() - before, rows.length * vector.byteLength)
    })
  )
})

describe.skipIf(Sqld.unavailable !== undefined)(`a replica server ${Sqld.unavailable ?? ""}`, () => {
  it.live("finds what was just written through it, every time", () =>
    Effect.gen(function* () {
      const { replica } = yield* Sqld.primaryAndReplica
      const sql = yield* open({ url: replica.url })
      yield* sql`CREATE TABLE t (a)`
      for (let number = 1; number <= 60; number += 1) {
        const insert = sql`INSERT INTO t VALUES (${number})`
        yield* number % 2 === 0 ? insert : sql.withTransaction(insert)
        assert.deepEqual(yield* sql`SELECT max(a) AS newest FROM t`, [{ newest: number }])
      }
    })
  )

  it.live("has on request what was written elsewhere: when it is opened, and later", () =>
    Effect.gen(function* () {
      const { primary, replica } = yield* Sqld.primaryAndReplica
      const proxy = yield* LoopbackProxy.make(replica.url)
      const elsewhere = yield* open({ url: primary.url })
      yield* elsewhere`CREATE TABLE t (a)`
      const bodies: Array<string> = []
      proxy.behave((_, body) => {
        bodies.push(body)
        return { kind: "pass" }
      })
      const later = yield* open({ url: proxy.url })
      const read = (sql: LibsqlClient.Extras & SqlClient.SqlClient) => sql`SELECT max(a) AS newest FROM t`
      for (let number = 1; number <= 30; number += 1) {
        yield* elsewhere`INSERT INTO t VALUES (${number})`
        if (number % 2 === 0) yield* later.sync
        const sql = number % 2 === 0 ? later : yield* open({ url: proxy.url, fresh: true })
        assert.deepEqual(yield* read(sql), [{ newest: number }])
        assert.include(bodies.at(-1), '"replication_index"')
      }
      // Who did not ask does not wait.
      yield* read(yield* open({ url: proxy.url }))
      assert.notInclude(bodies.at(-1), '"replication_index"')
      yield* Sqld.takeAway({ primary, replica })
      const config = { url: proxy.url, requestTimeout: "1 second" } as const
      const error = yield* Effect.flip(Effect.scoped(open({ ...config, fresh: true })))
      assert.include(error, { _tag: "DatabaseError", reason: "connection", isRetryable: true })
      assert.include(error.message, "leave out fresh")
      assert.deepEqual(yield* read(yield* open(config)), [{ newest: 30 }])
    })
  )

  it.live("reads what was written through it, and goes on reading while its primary is away", () =>
    Effect.gen(function* () {
      const { primary, replica } = yield* Sqld.primaryAndReplica
      const sql = yield* open({ url: replica.url, requestTimeout: "1 second" })
      yield* sql`CREATE TABLE t (a)`
      yield* sql`INSERT INTO t VALUES (1)`
      assert.deepEqual(yield* sql`SELECT a FROM t`, [{ a: 1 }])
      const onPrimary = yield* open({ url: primary.url })
      assert.deepEqual(yield* onPrimary`SELECT a FROM t`, [{ a: 1 }])
      yield* Sqld.takeAway({ primary, replica })
      assert.deepEqual(yield* sql`SELECT a FROM t`, [{ a: 1 }])
      const [duration, error] = yield* Effect.timed(failure(sql`INSERT INTO t VALUES (2)`))
      assert.include(["limit", "connection"], error.reason)
      assert.isBelow(Duration.toMillis(duration), 15_000)
      yield* Sqld.watched(replica)
      yield* primary.start
      yield* onPrimary`INSERT INTO t VALUES (3)`
      const arrived = sql`SELECT a FROM t WHERE a = 3`.pipe(Effect.filterOrFail((rows) => rows.length === 1))
      yield* Effect.retry(arrived, Schedule.upTo(Schedule.spaced("100 millis"), { times: 100 }))
    })
  )
})
