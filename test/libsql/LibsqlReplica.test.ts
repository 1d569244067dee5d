import { spawn } from "node:child_process"
import { readdir, rename, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Reactivity } from "effect/reactivity"
import type { SqlError } from "effect/sql"
import { toDatabaseError } from "../../src/libsql/DatabaseErrors.ts"
import * as LibsqlClient from "../../src/libsql/LibsqlClient.ts"
import * as Sqld from "../support/sqld.ts"
import { temporaryFolder } from "../support/temporaryFolder.ts"

const open = (config: LibsqlClient.Config) => Effect.provide(LibsqlClient.make(config), Reactivity.layer)

const failure = <A, R>(effect: Effect.Effect<A, SqlError.SqlError, R>) =>
  Effect.map(Effect.flip(effect), toDatabaseError("test"))

const primaryAndFile = Effect.gen(function* () {
  const primary = yield* Sqld.primary()
  const folder = yield* temporaryFolder
  const config: LibsqlClient.Config = { url: join(folder, "replica.db"), syncUrl: primary.url }
  return { primary, folder, config }
})

const dies = fileURLToPath(new URL("../support/libsqlPrimaryDies.ts", import.meta.url))

describe.skipIf(Sqld.unavailable !== undefined)(`an embedded replica ${Sqld.unavailable ?? ""}`, () => {
  it.live("has its own writes at once and those of others after sync", () =>
    Effect.gen(function* () {
      const { config, primary } = yield* primaryAndFile
      const server = yield* open({ url: primary.url })
      yield* server`CREATE TABLE t (a)`
      const replica = yield* open(config)
      yield* replica`INSERT INTO t VALUES ('own')`
      assert.deepEqual(yield* replica`SELECT a FROM t`, [{ a: "own" }])
      assert.deepEqual(yield* server`SELECT a FROM t`, [{ a: "own" }])
      yield* server`INSERT INTO t VALUES ('other')`
      yield* replica.sync
      assert.deepEqual(yield* replica`SELECT a FROM t`, [{ a: "own" }, { a: "other" }])
    })
  )

  it.live("is read-only while its primary is away, and can be written again after sync", () =>
    Effect.gen(function* () {
      const { config, primary } = yield* primaryAndFile
      yield* Effect.scoped(
        Effect.gen(function* () {
          const sql = yield* open(config)
          yield* sql`CREATE TABLE t (a)`
          yield* sql`INSERT INTO t VALUES (1)`
          yield* sql.sync
        })
      )
      yield* primary.kill
      const sql = yield* open(config)
      assert.isFalse(yield* sql.isWritable)
      const fresh = yield* Effect.flip(Effect.scoped(open({ ...config, fresh: true })))
      assert.include(fresh, { _tag: "DatabaseError", reason: "connection", isRetryable: true })
      assert.deepEqual(yield* sql`SELECT a FROM t`, [{ a: 1 }])
      assert.deepEqual(yield* sql.withTransaction(sql`SELECT a FROM t`), [{ a: 1 }])
      for (const write of [sql`INSERT INTO t VALUES (2)`, sql.withTransaction(sql`INSERT INTO t VALUES (2)`)]) {
        const error = yield* failure(write)
        assert.include(error, { _tag: "DatabaseError", reason: "readonly" })
        assert.include(error.message, "primary cannot be reached")
        assert.isTrue(error.isRetryable)
      }
      assert.strictEqual((yield* failure(sql.sync)).reason, "connection")
      yield* primary.start
      yield* sql.sync
      assert.isTrue(yield* sql.isWritable)
      yield* sql`INSERT INTO t VALUES (3)`
      assert.deepEqual(yield* sql`SELECT a FROM t`, [{ a: 1 }, { a: 3 }])
      const server = yield* open({ url: primary.url })
      assert.deepEqual(yield* server`SELECT a FROM t`, [{ a: 1 }, { a: 3 }])
    })
  )

  it.live("goes on reading when its primary dies under it", () =>
    Effect.gen(function* () {
      const { config, primary } = yield* primaryAndFile
      const sql = yield* open(config)
      yield* sql`CREATE TABLE t (a)`
      yield* sql`INSERT INTO t VALUES (1)`
      yield* primary.kill
      // The first change meets whatever is left of the connection: it is refused, reset or still held by the old one.
      const insert = sql`INSERT INTO t VALUES (2)`
      assert.include(["busy", "connection", "readonly"], (yield* failure(insert)).reason)
      assert.deepEqual(yield* sql`SELECT a FROM t`, [{ a: 1 }])
      const error = yield* failure(insert).pipe(
        Effect.repeat({ until: ({ message }) => message.includes("primary cannot be reached"), times: 5 })
      )
      assert.include(error, { reason: "readonly", isRetryable: true })
      assert.include(error.message, "primary cannot be reached")
      assert.deepEqual(yield* sql`SELECT a FROM t`, [{ a: 1 }])
      assert.isFalse(yield* sql.isWritable)
      yield* primary.start
      yield* sql.sync
      yield* sql`INSERT INTO t VALUES (3)`
      assert.deepEqual(yield* sql`SELECT a FROM t`, [{ a: 1 }, { a: 3 }])
    })
  )

  it.live("cannot be made while its primary is away", () =>
    Effect.gen(function* () {
      const { config, folder, primary } = yield* primaryAndFile
      yield* primary.kill
      const error = yield* Effect.flip(Effect.scoped(open(config)))
      assert.include(error, { _tag: "DatabaseError", reason: "connection" })
      yield* primary.start
      const sql = yield* open(config)
      yield* sql`CREATE TABLE t (a)`
      assert.include(yield* Effect.promise(() => readdir(folder)), "replica.db")
    })
  )

  it.live("comes back whole when its file was lost and its records were not", () =>
    Effect.gen(function* () {
      const { config, folder } = yield* primaryAndFile
      yield* Effect.scoped(
        Effect.gen(function* () {
          const sql = yield* open(config)
          yield* sql`CREATE TABLE t (a)`
          yield* sql`INSERT INTO t VALUES (1)`
          yield* sql.sync
        })
      )
      for (const name of ["replica.db", "replica.db-wal", "replica.db-shm"]) {
        yield* Effect.promise(() => rm(join(folder, name), { force: true }))
      }
      assert.deepEqual(yield* Effect.promise(() => readdir(folder)), ["replica.db-client_wal_index"])
      const sql = yield* open(config)
      assert.deepEqual(yield* sql`SELECT a FROM t`, [{ a: 1 }])
    })
  )

  it.live("says what to do when its records were lost and its file was not", () =>
    Effect.gen(function* () {
      const { config, folder } = yield* primaryAndFile
      yield* Effect.scoped(Effect.flatMap(open(config), (sql) => sql`CREATE TABLE t (a)`))
      yield* Effect.promise(() => rm(join(folder, "replica.db-client_wal_index")))
      const error = yield* Effect.flip(Effect.scoped(open(config)))
      assert.include(error, { _tag: "DatabaseError", reason: "corrupt" })
      assert.include(error.message, "Delete the file together with those beside it")
    })
  )

  it.live(
    "is watched as a file is: where its own was removed or replaced, nothing is read or written until it is back",
    () =>
      Effect.gen(function* () {
        const { config, folder } = yield* primaryAndFile
        const sql = yield* open(config)
        yield* sql`CREATE TABLE t (a)`
        yield* sql`INSERT INTO t VALUES (1)`
        yield* sql.sync
        const aside = join(folder, "aside.db")
        const refused = Effect.gen(function* () {
          const calls: ReadonlyArray<Effect.Effect<unknown, SqlError.SqlError>> = [
            sql`SELECT a FROM t`,
            sql`INSERT INTO t VALUES (2)`,
            sql.withTransaction(sql`INSERT INTO t VALUES (2)`),
            sql.sync
          ]
          for (const call of calls) {
            const error = yield* failure(call)
            assert.strictEqual(error.reason, "connection")
            assert.include(error.problem, `was removed, or another took its place, while it was open (${config.url})`)
          }
        })
        yield* Effect.promise(() => rename(config.url, aside))
        yield* refused
        assert.notInclude(yield* Effect.promise(() => readdir(folder)), "replica.db")
        yield* Effect.promise(() => writeFile(config.url, ""))
        yield* refused
        yield* Effect.promise(() => rename(aside, config.url))
        yield* sql`INSERT INTO t VALUES (2)`
        yield* sql.sync
        assert.deepEqual(yield* sql`SELECT a FROM t`, [{ a: 1 }, { a: 2 }])
      })
  )

  it.live("needs the token of its primary", () =>
    Effect.gen(function* () {
      const primary = yield* Sqld.primary({ auth: true })
      const url = join(yield* temporaryFolder, "replica.db")
      const sql = yield* open({ url, syncUrl: primary.url, authToken: primary.token("rw") })
      yield* sql`CREATE TABLE t (a)`
      for (const authToken of [undefined, primary.token("rw", -3600)]) {
        const folder = yield* temporaryFolder
        const error = yield* Effect.flip(
          Effect.scoped(open({ url: join(folder, "other.db"), syncUrl: primary.url, authToken }))
        )
        assert.include(error, { _tag: "DatabaseError", reason: "authorization" })
        assert.include(error.message, "authToken")
        assert.deepEqual(yield* Effect.promise(() => readdir(folder)), [])
      }
    })
  )

  it.live("prints nothing when its primary dies", () =>
    Effect.gen(function* () {
      const { config, primary } = yield* primaryAndFile
      const child = yield* Effect.acquireRelease(
        Effect.sync(() => spawn(process.execPath, [dies, config.url, config.syncUrl ?? ""])),
        (child) => Effect.sync(() => child.kill("SIGKILL"))
      )
      let output = ""
      child.stdout.on("data", (data) => (output += String(data)))
      const ready = Effect.callback<string>(
        (resume) => void child.stderr.once("data", (data) => resume(Effect.succeed(String(data))))
      )
      assert.strictEqual(yield* ready, "ready\n")
      yield* primary.kill
      const closed = Effect.callback<number | null>(
        (resume) => void child.once("close", (code) => resume(Effect.succeed(code)))
      )
      child.stdin.end("gone\n")
      assert.strictEqual(yield* closed, 0)
      assert.strictEqual(output, "")
    })
  )
})
