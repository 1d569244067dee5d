import { type ChildProcessByStdio, spawn, spawnSync } from "node:child_process"
import { chmod, mkdir, readdir, rename, stat, symlink, writeFile } from "node:fs/promises"
import { join } from "node:path"
import type { Readable } from "node:stream"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Duration, Effect, Exit, Fiber, Redacted, Scope } from "effect"
import { Reactivity } from "effect/reactivity"
import { SqlClient } from "effect/sql"
import type { DatabaseReason } from "../../src/domain/DatabaseError.ts"
import { toDatabaseError } from "../../src/libsql/DatabaseErrors.ts"
import * as LibsqlClient from "../../src/libsql/LibsqlClient.ts"
import { liveClient } from "../support/liveClient.ts"
import { temporaryFolder } from "../support/temporaryFolder.ts"

const writer = fileURLToPath(new URL("../support/libsqlWriter.ts", import.meta.url))

const temporaryPath = Effect.map(temporaryFolder, (folder) => join(folder, "x.db"))

const open = (config: LibsqlClient.Config | LibsqlClient.LiveConfig) =>
  Effect.provide(LibsqlClient.make(config), Reactivity.layer)

/** A client that is closed again when `use` is done. */
const using = <A, E, R>(config: LibsqlClient.Config, use: (sql: SqlClient.SqlClient) => Effect.Effect<A, E, R>) =>
  Effect.scoped(Effect.flatMap(open(config), use))

const createTable = (url: string, journalMode: "wal" | "delete" = "wal") =>
  using(
    { url, journalMode },
    (sql) => sql`CREATE TABLE line (id INTEGER PRIMARY KEY, writer TEXT, number INTEGER) STRICT`
  )

type Child = ChildProcessByStdio<null, Readable, Readable>

/** Another process, ended with the scope. */
const runWriter = (path: string, name: string, count: number) =>
  Effect.acquireRelease(
    Effect.sync(
      (): Child => spawn(process.execPath, [writer, path, name, String(count)], { stdio: ["ignore", "pipe", "pipe"] })
    ),
    (child) => Effect.sync(() => child.kill("SIGKILL"))
  )

const ended = (child: Child) =>
  Effect.callback<string>((resume) => {
    let errors = ""
    child.stderr.on("data", (data) => (errors += String(data)))
    child.stdout.resume()
    child.once("close", (code, signal) => resume(Effect.succeed(`${code ?? signal}${errors}`)))
  })

const firstOutput = (child: Child) =>
  Effect.callback<string>((resume) => {
    child.stdout.once("data", (data) => resume(Effect.succeed(String(data))))
    child.stderr.once("data", (data) => resume(Effect.die(String(data))))
  })

const pragma = (sql: SqlClient.SqlClient, name: string) =>
  Effect.map(sql.unsafe(`PRAGMA ${name}`).values, (rows) => rows[0]?.[0])

describe("a database file", () => {
  it.live("opens under any name that a file can have", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      for (const name of ["a?b=c.db", "a#b.db", "100%.db", "%41.db", "a b.db", "管理.db", "c:x.db", "a&b'\".db"]) {
        yield* using({ url: join(folder, name) }, (sql) => sql`CREATE TABLE t (a)`)
        assert.include(yield* Effect.promise(() => readdir(folder)), name)
      }
      yield* using({ url: `file:${folder}/from%20url.db` }, (sql) => sql`CREATE TABLE t (a)`)
      yield* using({ url: `file://${folder}/from-url.db` }, (sql) => sql`CREATE TABLE t (a)`)
      assert.includeMembers(yield* Effect.promise(() => readdir(folder)), ["from url.db", "from-url.db"])
    })
  )

  it.live("keeps its settings, also on the connection after a busy one", () =>
    Effect.gen(function* () {
      const path = yield* temporaryPath
      yield* createTable(path)
      const sql = yield* open({ url: path })
      const settings = Effect.all([
        pragma(sql, "journal_mode"),
        pragma(sql, "synchronous"),
        pragma(sql, "foreign_keys")
      ])
      assert.deepEqual(yield* settings, ["wal", 1, 1])
      yield* sql.withTransaction(Effect.void)
      assert.deepEqual(yield* settings, ["wal", 1, 1])
      const child = yield* runWriter(path, "lock", 300)
      yield* firstOutput(child)
      yield* sql`INSERT INTO line (writer) VALUES ('after')`
      assert.deepEqual(yield* settings, ["wal", 1, 1])
      assert.deepEqual(yield* sql`SELECT writer FROM line ORDER BY id`.values, [["lock"], ["after"]])
    })
  )

  it.live("is read beside an open transaction, as it was before", () =>
    Effect.gen(function* () {
      const path = yield* temporaryPath
      yield* createTable(path)
      const sql = yield* open({ url: path })
      const count = sql`SELECT count(*) AS n FROM line`
      const written = yield* Deferred.make<void>()
      const release = yield* Deferred.make<void>()
      const fiber = yield* Effect.forkChild(
        sql.withTransaction(
          Effect.gen(function* () {
            yield* sql`INSERT INTO line (number) VALUES (1)`
            yield* Deferred.succeed(written, undefined)
            yield* Deferred.await(release)
          })
        )
      )
      yield* Deferred.await(written)
      assert.deepEqual(yield* count, [{ n: 0 }])
      assert.isUndefined(fiber.pollUnsafe())
      yield* Deferred.succeed(release, undefined)
      yield* Fiber.join(fiber)
      assert.deepEqual(yield* count, [{ n: 1 }])
    })
  )

  it.live("waits for another process's lock without blocking the event loop", () =>
    Effect.gen(function* () {
      const path = yield* temporaryPath
      yield* createTable(path)
      const sql = yield* open({ url: path })
      const child = yield* runWriter(path, "lock", 60_000)
      yield* firstOutput(child)
      const waiting = yield* Effect.forkChild(
        Effect.all(
          [
            sql`INSERT INTO line (writer) VALUES ('a')`,
            sql.withTransaction(sql`INSERT INTO line (writer) VALUES ('b')`)
          ],
          { concurrency: "unbounded" }
        )
      )
      // A wait inside of a statement would last until it gives up.
      for (let turns = 0; turns < 50; turns++) yield* Effect.sleep("5 millis")
      assert.deepEqual(yield* sql`SELECT count(*) AS n FROM line`, [{ n: 0 }])
      assert.isUndefined(waiting.pollUnsafe())
      child.kill("SIGKILL")
      yield* Fiber.join(waiting)
      assert.deepEqual(yield* sql`SELECT count(*) AS n FROM line`, [{ n: 2 }])
    })
  )

  it.live("says that it is busy when the lock outlasts the wait, and writes afterwards", () =>
    Effect.gen(function* () {
      const path = yield* temporaryPath
      yield* createTable(path)
      const sql = yield* open({ url: path, busyTimeout: "150 millis" })
      const child = yield* runWriter(path, "lock", 60_000)
      yield* firstOutput(child)
      const insert = sql`INSERT INTO line (writer) VALUES ('late')`
      const [duration, error] = yield* Effect.timed(Effect.flip(insert))
      assert.strictEqual(error.reason._tag, "LockTimeoutError")
      assert.isTrue(error.isRetryable)
      assert.isBelow(Duration.toMillis(duration), 30_000)
      assert.strictEqual((yield* Effect.flip(sql.withTransaction(insert))).reason._tag, "LockTimeoutError")
      child.kill("SIGKILL")
      yield* ended(child)
      yield* insert
      yield* sql.withTransaction(insert)
      const other = yield* using({ url: path }, (other) => other`SELECT count(*) AS n FROM line`)
      assert.deepEqual(other, [{ n: 2 }])
    })
  )

  it.live("can be interrupted while it waits for a lock", () =>
    Effect.gen(function* () {
      const path = yield* temporaryPath
      yield* createTable(path)
      const sql = yield* open({ url: path })
      const child = yield* runWriter(path, "lock", 60_000)
      yield* firstOutput(child)
      const fiber = yield* Effect.forkChild(sql.withTransaction(sql`DELETE FROM line`))
      yield* Effect.sleep(50)
      yield* Fiber.interrupt(fiber)
      // The lock is still held: nothing waited for it.
      assert.isNull(child.exitCode)
    })
  )

  it.live(
    "loses nothing that two processes write at once",
    () =>
      Effect.gen(function* () {
        const path = yield* temporaryPath
        yield* createTable(path)
        const children = yield* Effect.all([runWriter(path, "a", 300), runWriter(path, "b", 300)])
        assert.deepEqual(yield* Effect.all(children.map(ended), { concurrency: "unbounded" }), ["0", "0"])
        const counts = yield* using(
          { url: path },
          (sql) =>
            sql`SELECT writer, count(*) AS n, count(DISTINCT number) AS d FROM line GROUP BY writer ORDER BY writer`
        )
        assert.deepEqual(counts, [
          { writer: "a", n: 300, d: 300 },
          { writer: "b", n: 300, d: 300 }
        ])
      }),
    300_000
  )

  it.live("serves several clients of one process at once", () =>
    Effect.gen(function* () {
      const path = yield* temporaryPath
      yield* createTable(path)
      // Who waits for a lock does not stand in a queue: on a busy machine, one may wait for as long as all others take.
      const clients = yield* Effect.all(Array.from({ length: 4 }, () => open({ url: path, busyTimeout: "1 minute" })))
      yield* Effect.forEach(
        clients,
        (sql, index) =>
          Effect.forEach(Array.from({ length: 20 }), () =>
            sql.withTransaction(
              Effect.andThen(sql`INSERT INTO line (writer) VALUES (${String(index)})`, Effect.yieldNow)
            )
          ),
        { concurrency: "unbounded" }
      )
      assert.deepEqual(yield* clients[0]!`SELECT count(*) AS n FROM line`, [{ n: 80 }])
    })
  )

  it.live(
    "is sound after a writer was killed at any moment",
    () =>
      Effect.gen(function* () {
        const path = yield* temporaryPath
        yield* createTable(path)
        for (const after of [0, 7, 23, 61]) {
          const child = yield* runWriter(path, `k${after}`, 100_000)
          yield* firstOutput(child)
          yield* Effect.sleep(after)
          child.kill("SIGKILL")
          yield* ended(child)
          yield* using({ url: path }, (sql) =>
            Effect.gen(function* () {
              assert.strictEqual(yield* pragma(sql, "integrity_check"), "ok")
              const gaps = yield* sql`SELECT count(*) - max(number) - 1 AS gaps FROM line WHERE writer = ${`k${after}`}`
              assert.deepEqual(gaps, [{ gaps: 0 }])
              yield* sql`INSERT INTO line (writer) VALUES ('next')`
            })
          )
        }
      }),
    300_000
  )

  it.live("stores nothing of a transaction that found the disk full, and goes on", () =>
    Effect.gen(function* () {
      const path = yield* temporaryPath
      yield* createTable(path)
      const sql = yield* open({ url: path })
      yield* sql`INSERT INTO line (writer) VALUES ('before')`
      yield* sql`PRAGMA max_page_count = 10`
      const error = yield* Effect.flip(
        sql.withTransaction(
          Effect.gen(function* () {
            yield* sql`INSERT INTO line (writer) VALUES ('lost')`
            yield* sql`INSERT INTO line (writer) VALUES (hex(zeroblob(100000)))`
          })
        )
      )
      assert.strictEqual(toDatabaseError("save")(error).reason, "full")
      yield* sql`INSERT INTO line (writer) VALUES ('after')`
      assert.deepEqual(yield* sql`SELECT writer FROM line ORDER BY id`.values, [["before"], ["after"]])
    })
  )

  it.live("leaves no lock when it is closed in the middle of a transaction", () =>
    Effect.gen(function* () {
      const path = yield* temporaryPath
      yield* createTable(path)
      const scope = yield* Scope.make()
      const sql = yield* Scope.provide(open({ url: path }), scope)
      const fiber = yield* Effect.forkChild(
        sql.withTransaction(Effect.andThen(sql`INSERT INTO line (writer) VALUES ('lost')`, Effect.sleep("10 seconds")))
      )
      yield* Effect.sleep(50)
      yield* Scope.close(scope, Exit.void)
      assert.include(toDatabaseError("read")(yield* Effect.flip(sql`SELECT 1`)).message, "was closed")
      yield* using({ url: path, busyTimeout: 0 }, (other) => other`INSERT INTO line (writer) VALUES ('other')`)
      const child = yield* runWriter(path, "process", 1)
      assert.strictEqual(yield* ended(child), "0")
      yield* Fiber.interrupt(fiber)
      const writers = yield* using({ url: path }, (other) => other`SELECT writer FROM line ORDER BY id`.values)
      assert.deepEqual(writers, [["other"], ["process"]])
    })
  )

  it.live("can be one file that is read where nothing may be written", () =>
    Effect.gen(function* () {
      const folder = join(yield* temporaryFolder, "shipped")
      yield* Effect.promise(() => mkdir(folder))
      const path = join(folder, "x.db")
      yield* createTable(path, "delete")
      yield* using({ url: path, journalMode: "delete" }, (sql) => sql`INSERT INTO line (number) VALUES (7)`)
      assert.deepEqual(yield* Effect.promise(() => readdir(folder)), ["x.db"])
      yield* Effect.acquireRelease(
        Effect.promise(() => chmod(folder, 0o555)),
        () => Effect.promise(() => chmod(folder, 0o755))
      )
      yield* using({ url: path, readonly: true }, (sql) =>
        Effect.gen(function* () {
          assert.deepEqual(yield* sql.withTransaction(sql`SELECT number FROM line`), [{ number: 7 }])
          for (const write of [sql`DELETE FROM line`, sql.withTransaction(sql`DELETE FROM line`)]) {
            assert.include((yield* Effect.flip(write)).message, "readonly")
          }
        })
      )
      assert.deepEqual(yield* Effect.promise(() => readdir(folder)), ["x.db"])
    })
  )

  it.live("takes a client of the program, which stays open and loses no write after another's lock", () =>
    Effect.gen(function* () {
      const path = yield* temporaryPath
      yield* createTable(path)
      const client = yield* liveClient({ url: `file:${path}` })
      yield* Effect.scoped(
        Effect.gen(function* () {
          const sql = yield* open({ liveClient: client })
          assert.include(sql, { kind: "file", url: path })
          const child = yield* runWriter(path, "lock", 300)
          yield* firstOutput(child)
          yield* sql`INSERT INTO line (writer) VALUES ('one')`
          yield* sql`INSERT INTO line (writer) VALUES ('two')`
        })
      )
      assert.isFalse(client.closed)
      const lines = yield* using({ url: path }, (sql) => sql`SELECT writer FROM line ORDER BY id`.values)
      assert.deepEqual(lines, [["lock"], ["one"], ["two"]])
    })
  )

  it.live("says what is wrong with a configuration", () =>
    Effect.gen(function* () {
      const texts = yield* liveClient({ url: ":memory:", intMode: "string" })
      const cases: ReadonlyArray<readonly [unknown, object]> = [
        [
          { url: ":memory:", jurnalMode: "wal" },
          { _tag: "ValidationError", field: "jurnalMode" }
        ],
        [
          { url: ":memory:", busyTimeout: "soon" },
          { _tag: "ValidationError", field: "busyTimeout" }
        ],
        [{ url: 42 }, { _tag: "ValidationError", field: "url" }],
        [{}, { _tag: "ValidationError", field: "url" }],
        [undefined, { _tag: "ValidationError", field: "config" }],
        [{ liveClient: {} }, { _tag: "ValidationError", field: "liveClient" }],
        [
          { liveClient: texts, url: ":memory:" },
          { _tag: "ValidationError", field: "url" }
        ],
        [{ liveClient: texts }, { _tag: "DatabaseError", operation: "LibsqlClient.open" }]
      ]
      for (const [config, expected] of cases) {
        const error = yield* Effect.flip(Effect.scoped(open(config as LibsqlClient.Config)))
        assert.include(error, expected)
      }
    })
  )

  it.live.skipIf(process.platform === "win32")(
    "is no pipe and no device, which are neither waited for nor written",
    () =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        const pipe = join(folder, "pipe")
        spawnSync("mkfifo", [pipe])
        for (const url of [pipe, "/dev/null"]) {
          for (const readonly of [false, true]) {
            const error = yield* Effect.flip(Effect.scoped(open({ url, readonly })))
            assert.include(error, { _tag: "DatabaseError", reason: "connection" })
            assert.include(error.message, `${url} is a device, a pipe or a socket`)
          }
        }
        assert.deepEqual(yield* Effect.promise(() => readdir(folder)), ["pipe"])
      })
  )

  it.live.skipIf(process.platform === "win32")("is neither read nor written where it is another than was opened", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const url = join(folder, "x.db")
      const aside = join(folder, "aside.db")
      const sql = yield* open({ url })
      yield* sql`CREATE TABLE t (a)`
      const refused = Effect.fnUntraced(function* () {
        const insert = sql`INSERT INTO t VALUES (1)`
        for (const use of [insert, sql.withTransaction(insert), sql`SELECT a FROM t`]) {
          const error = yield* Effect.flip(Effect.mapError(use, toDatabaseError("t")))
          assert.include(error, { reason: "connection", isRetryable: false })
          assert.include(error.problem, `was removed, or another took its place, while it was open (${url})`)
        }
      })
      yield* Effect.promise(() => rename(url, aside))
      yield* refused()
      assert.notInclude(yield* Effect.promise(() => readdir(folder)), "x.db")
      yield* Effect.promise(() => writeFile(url, ""))
      yield* refused()
      assert.strictEqual((yield* Effect.promise(() => stat(url))).size, 0)
      yield* Effect.promise(() => rename(aside, url))
      yield* sql`INSERT INTO t VALUES (2)`
      assert.deepEqual(yield* sql`SELECT a FROM t`, [{ a: 2 }])
    })
  )

  it.live("is its owner's only, also where a link names what is not there yet", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      yield* Effect.promise(() => symlink("real.db", join(folder, "link.db")))
      yield* using({ url: join(folder, "link.db") }, (sql) => sql`CREATE TABLE t (a)`)
      assert.strictEqual((yield* Effect.promise(() => stat(join(folder, "real.db")))).mode & 0o777, 0o600)
    })
  )

  it.live("says why it cannot be opened", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const text = join(folder, "text.db")
      yield* Effect.promise(() => writeFile(text, "This is a letter and not a database.\n".repeat(100)))
      const secret = join(folder, "secret.db")
      yield* using({ url: secret, encryptionKey: Redacted.make("right") }, (sql) => sql`CREATE TABLE t (a)`)
      const cases: ReadonlyArray<readonly [LibsqlClient.Config, DatabaseReason, RegExp]> = [
        [{ url: join(folder, "no", "x.db") }, "connection", /there is no folder/u],
        [{ url: folder }, "connection", /is a folder/u],
        [{ url: folder, readonly: true }, "connection", /is a folder/u],
        [{ url: join(folder, "new.db"), readonly: true }, "connection", /new\.db does not exist/u],
        [{ url: text }, "corrupt", /not a database/u],
        [{ url: secret }, "corrupt", /encryptionKey/u],
        [{ url: secret, encryptionKey: Redacted.make("wrong") }, "corrupt", /encryptionKey/u],
        [{ url: "" }, "connection", /it is empty/u],
        [{ url: join(folder, "a\0b.db") }, "connection", /NUL/u],
        [{ url: "file:a%00b.db" }, "connection", /NUL/u],
        [{ url: `file:${join(folder, "a.db")}?mode=ro` }, "connection", /no query/u],
        [{ url: `file://${join(folder, "a.db")}?mode=ro` }, "connection", /no query/u],
        [{ url: join(folder, "\ud800.db") }, "connection", /lone surrogate/u],
        [{ url: "ws://127.0.0.1:1" }, "connection", /ws:/u],
        [{ url: "http://" }, "connection", /no host/u],
        [{ url: ":memory:", syncUrl: "http://127.0.0.1:1" }, "connection", /replica needs a file/u]
      ]
      for (const [config, reason, problem] of cases) {
        const error = yield* Effect.flip(Effect.scoped(open(config)))
        assert.include(error, { _tag: "DatabaseError", reason }, config.url)
        assert.match(error.message, problem)
        assert.notInclude(error.message, "wrong")
      }
      assert.notInclude(yield* Effect.promise(() => readdir(folder)), "new.db")
    })
  )
})

describe("a table that is not there", () => {
  it.effect("is told at once in a file and in memory, of which no server will fill them again", () =>
    Effect.gen(function* () {
      for (const url of [yield* temporaryPath, ":memory:"]) {
        const error = yield* Effect.flip(using({ url }, (sql) => sql`SELECT a FROM crosswalk_none`))
        const told = "problem" in error ? error : toDatabaseError("test")(error)
        assert.include(told, { reason: "unknown", isRetryable: false })
        assert.deepStrictEqual("remedy" in told ? told.remedy : undefined, { action: "checkDatabase" })
        assert.notInclude(told.message, "replica")
      }
    }).pipe(Effect.scoped)
  )
})
