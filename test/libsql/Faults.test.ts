import { spawn } from "node:child_process"
import { existsSync } from "node:fs"
import { chmod, copyFile, mkdir, writeFile } from "node:fs/promises"
import { createServer as createHttpServer } from "node:http"
import { createServer } from "node:net"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect } from "effect"
import { Reactivity } from "effect/reactivity"
import { SqlError } from "effect/sql"
import type { DatabaseError } from "../../src/domain/DatabaseError.ts"
import { toDatabaseError } from "../../src/libsql/DatabaseErrors.ts"
import * as LibsqlClient from "../../src/libsql/LibsqlClient.ts"
import * as Migrations from "../../src/storage/Migrations.ts"
import { listening } from "../support/listening.ts"
import * as LoopbackProxy from "../support/loopbackProxy.ts"
import * as Sqld from "../support/sqld.ts"
import { smallDisk } from "../support/smallDisk.ts"
import { temporaryFolder } from "../support/temporaryFolder.ts"

const open = (config: LibsqlClient.Config) => Effect.provide(LibsqlClient.make(config), Reactivity.layer)

const failure = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<DatabaseError, A, R> =>
  Effect.map(Effect.flip(effect), (error) =>
    SqlError.isSqlError(error) ? toDatabaseError("test")(error) : (error as unknown as DatabaseError)
  )

/** What each kind of answer of a server, or of something else at its port, is told as. */
const answers: ReadonlyArray<{
  readonly what: string
  readonly does: LoopbackProxy.Behaviour
  readonly says: RegExp
  readonly reason: string
  readonly retryable: boolean
}> = [
  { what: "401", does: { kind: "answer", status: 401 }, says: /token/u, reason: "authorization", retryable: false },
  { what: "403", does: { kind: "answer", status: 403 }, says: /token/u, reason: "authorization", retryable: false },
  {
    what: "404",
    does: { kind: "answer", status: 404 },
    says: /no such database/u,
    reason: "connection",
    retryable: false
  },
  {
    what: "413",
    does: { kind: "answer", status: 413 },
    says: /larger than a limit/u,
    reason: "limit",
    retryable: false
  },
  { what: "429", does: { kind: "answer", status: 429 }, says: /no more requests/u, reason: "limit", retryable: true },
  {
    what: "500",
    does: { kind: "answer", status: 500 },
    says: /the server failed.*500/u,
    reason: "connection",
    retryable: true
  },
  {
    what: "501",
    does: { kind: "answer", status: 501 },
    says: /the server failed.*501/u,
    reason: "connection",
    retryable: true
  },
  {
    what: "502",
    does: { kind: "answer", status: 502 },
    says: /cannot be reached/u,
    reason: "connection",
    retryable: true
  },
  {
    what: "503",
    does: { kind: "answer", status: 503 },
    says: /cannot be reached/u,
    reason: "connection",
    retryable: true
  },
  {
    what: "504",
    does: { kind: "answer", status: 504 },
    says: /did not answer in time/u,
    reason: "limit",
    retryable: true
  },
  {
    what: "520",
    does: { kind: "answer", status: 520 },
    says: /the server failed.*520/u,
    reason: "connection",
    retryable: true
  },
  {
    what: "a page to log in",
    does: { kind: "answer", status: 200, body: "<html>", type: "text/html" },
    says: /none of a libSQL server.*check the URL/u,
    reason: "connection",
    retryable: true
  },
  {
    what: "JSON of something else",
    does: { kind: "answer", status: 200, body: '{"results":"x"}', type: "application/json" },
    says: /none of a libSQL server/u,
    reason: "connection",
    retryable: true
  },
  {
    what: "half of an answer",
    does: { kind: "answer", status: 200, body: '{"baton":null,', type: "application/json" },
    says: /broke off/u,
    reason: "connection",
    retryable: true
  },
  {
    what: "400",
    does: { kind: "answer", status: 400, type: "application/json", body: '{"error":"Invalid namespace"}' },
    says: /refused the request.*400: Invalid namespace/u,
    reason: "connection",
    retryable: false
  },
  {
    what: "402",
    does: { kind: "answer", status: 402, type: "text/plain", body: "Payment required" },
    says: /refused the request.*402: Payment required/u,
    reason: "connection",
    retryable: false
  },
  {
    what: "405",
    does: { kind: "answer", status: 405, type: "text/html", body: "<html>" },
    says: /refused the request.*status 405\).*check that the URL/u,
    reason: "connection",
    retryable: false
  },
  {
    what: "410",
    does: { kind: "answer", status: 410, type: "text/plain", body: "" },
    says: /refused the request.*status 410\)/u,
    reason: "connection",
    retryable: false
  },
  {
    what: "nothing",
    does: { kind: "answer", status: 204 },
    says: /none of a libSQL server/u,
    reason: "connection",
    retryable: true
  },
  { what: "a reset", does: { kind: "resetBefore" }, says: /cannot be reached/u, reason: "connection", retryable: true },
  { what: "silence", does: { kind: "silence" }, says: /did not answer in time/u, reason: "limit", retryable: true }
]

/** What takes all the time that it has is given little, and more where that was too little for a busy machine. */
const patiently = <E, R>(
  [little, more]: readonly [Duration.Duration, Duration.Duration],
  test: (requestTimeout: Duration.Duration) => Effect.Effect<void, E, R>
) => Effect.catchCause(test(little), () => test(more))

describe("what a server answers", () => {
  for (const { does, reason, retryable, says, what } of answers) {
    it.live(`is told: ${what}`, () =>
      patiently(
        [Duration.millis(300), Duration.seconds(10)],
        Effect.fnUntraced(function* (requestTimeout) {
          const proxy = yield* LoopbackProxy.make("http://127.0.0.1:1")
          proxy.behave(does)
          const sql = yield* open({ url: proxy.url, requestTimeout })
          for (const error of [
            yield* failure(sql`SELECT 1`),
            yield* failure(sql.withTransaction(sql`DELETE FROM t`))
          ]) {
            assert.strictEqual(error.reason, reason)
            assert.strictEqual(error.isRetryable, retryable)
            assert.match(error.problem, says)
          }
          // Only where the change may have been made it is said to be doubtful.
          const change = yield* failure(sql`DELETE FROM t`)
          const isDoubtful = change.problem.includes("may or may not have been stored")
          assert.strictEqual(isDoubtful, retryable && what !== "429")
        })
      )
    )
  }

  it.live("is told: something that is no HTTP, and a port that browsers refuse", () =>
    Effect.gen(function* () {
      const host = yield* listening(
        createServer((socket) => {
          socket.on("error", () => {})
          socket.end("SSH-2.0-OpenSSH_9.7\r\n")
        })
      )
      const other = yield* open({ url: `http://${host}` })
      assert.include(yield* failure(other`SELECT 1`), { reason: "connection", isRetryable: true })
      const encrypted = yield* open({ url: `https://${host}` })
      assert.include((yield* failure(encrypted`SELECT 1`)).problem, "does not use TLS")
      const refused = yield* open({ url: "http://127.0.0.1:1" })
      const error = yield* failure(refused`SELECT 1`)
      assert.include(error, { reason: "connection", isRetryable: false })
      assert.include(error.problem, "URL is not usable")
    })
  )

  it.live("is told: another address, where nothing is sent", () =>
    Effect.gen(function* () {
      const asked: Array<string> = []
      const elsewhere = yield* listening(
        createHttpServer((message, response) => {
          asked.push(message.url ?? "")
          response.end("{}")
        })
      )
      const address = `http://localhost:${elsewhere.split(":")[1]}`
      const proxy = yield* LoopbackProxy.make("http://127.0.0.1:1")
      const sql = yield* open({ url: proxy.url })
      const told = Effect.fnUntraced(function* (statement: Effect.Effect<unknown, SqlError.SqlError>) {
        const error = yield* failure(statement)
        assert.include(error, { reason: "connection", isRetryable: false })
        assert.match(error.problem, /leads to another address \(http:\/\/localhost:\d+/u)
      })
      for (const status of [301, 302, 303, 307, 308]) {
        proxy.behave({ kind: "answer", status, location: `${address}/v2/pipeline` })
        yield* told(sql`SELECT 1`)
        yield* told(sql`DELETE FROM t`)
      }
      // The protocol itself lets a server say where the rest of a transaction goes.
      const result = { cols: [], rows: [], affected_row_count: 0, last_insert_rowid: null }
      proxy.behave((_, sent) => {
        const { requests }: { requests: ReadonlyArray<{ type: string; batch?: { steps: ReadonlyArray<object> } }> } =
          JSON.parse(sent)
        const results = requests.map(({ batch, type }) => {
          const steps = batch?.steps ?? []
          const ofBatch = { step_results: steps.map(() => result), step_errors: steps.map(() => null) }
          return { type: "ok", response: { type, result: type === "batch" ? ofBatch : result } }
        })
        const body = JSON.stringify({ baton: "b", base_url: address, results })
        return { kind: "answer", status: 200, type: "application/json", body }
      })
      yield* told(sql.withTransaction(Effect.andThen(sql`SELECT 1`, sql`SELECT 2`)))
      assert.deepEqual(asked, [])
    })
  )

  it.live("is told: a host that there is not", () =>
    Effect.gen(function* () {
      const sql = yield* open({ url: "http://nowhere.invalid" })
      const error = yield* failure(sql`DELETE FROM t`)
      assert.include(error, { reason: "connection", isRetryable: true })
      assert.match(error.problem, /cannot be reached.*nowhere\.invalid/u)
    })
  )
})

const saver = fileURLToPath(new URL("../support/libsqlSaver.ts", import.meta.url))

/** Saves references in a process of its own, behind a command such as one that sets a limit. */
const saving = (path: string, rows: number, shell = 'exec "$@"', ids: { readonly uid?: number } = {}) =>
  Effect.callback<DatabaseError>((resume) => {
    const child = spawn("sh", ["-c", shell, "sh", process.execPath, saver, path, String(rows)], ids)
    let output = ""
    child.stdout.on("data", (data) => (output += String(data)))
    child.stderr.on("data", (data) => (output += String(data)))
    child.on("close", () => {
      resume(Effect.sync(() => JSON.parse(output.trim().split("\n").at(-1) ?? "")))
    })
    return Effect.sync(() => child.kill("SIGKILL"))
  })

/** What was stored can be read, and is whole; elsewhere, as there may be no room to open it where it is. */
const sound = Effect.fnUntraced(function* (path: string) {
  const copy = join(yield* temporaryFolder, "copy.db")
  yield* Effect.promise(async () => {
    for (const suffix of ["", "-wal"]) if (existsSync(path + suffix)) await copyFile(path + suffix, copy + suffix)
  })
  const sql = yield* open({ url: copy })
  assert.deepEqual(yield* sql`PRAGMA integrity_check`, [{ integrity_check: "ok" }])
})

describe.skipIf(process.platform === "win32")("what a system refuses", () => {
  it.live("is a full disk, and what is stored stays sound", ({ skip }) =>
    Effect.gen(function* () {
      const folder = yield* smallDisk(700)
      if (folder === undefined) return skip("no file system can be mounted here")
      const path = join(folder, "small.db")
      const error = yield* saving(path, 5000)
      assert.include(error, { _tag: "DatabaseError", reason: "full", isRetryable: false })
      assert.match(error.problem, /disk is full.*what is stored is sound/u)
      yield* sound(path)
    })
  )

  // In blocks of 512 bytes: the shared memory, the journal, and the database itself meet the limit.
  for (const blocks of [40, 120, 900]) {
    it.live(`is a file of more than ${blocks} blocks`, () =>
      Effect.gen(function* () {
        const path = join(yield* temporaryFolder, "limited.db")
        const error = yield* saving(path, 5000, `trap '' XFSZ; ulimit -f ${blocks}; exec "$@"`)
        assert.include(error, { _tag: "DatabaseError", reason: "full", isRetryable: false })
        assert.match(error.problem, /limit on the size of files|disk is full/u)
        yield* sound(path)
      })
    )
  }

  it.live("is a folder, a file or a path that may not be used, and says which", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      // Who may do everything is refused nothing, so another runs it.
      const ids = process.getuid?.() === 0 ? { uid: 65534 } : {}
      yield* Effect.promise(async () => {
        await chmod(folder, 0o755)
        await writeFile(join(folder, "file"), "no database")
        for (const name of ["unreadable", "readonly", "folder"]) await mkdir(join(folder, name))
        await writeFile(join(folder, "unreadable.db"), "")
        await chmod(join(folder, "unreadable.db"), 0o000)
        await chmod(join(folder, "unreadable"), 0o000)
        await chmod(join(folder, "readonly"), 0o555)
      })
      const cases = [
        ["unreadable/a.db", "may not be read"],
        ["unreadable.db", "may not be read"],
        ["readonly/a.db", `${join(folder, "readonly")} may not be written`],
        ["nowhere/a.db", `there is no folder ${join(folder, "nowhere")}`],
        ["file/a.db", `${join(folder, "file")} is not a folder`],
        ["folder", "is a folder"]
      ] as const
      yield* Effect.forEach(
        cases,
        Effect.fnUntraced(function* ([name, says]) {
          const error = yield* saving(join(folder, name), 1, 'exec "$@"', ids)
          assert.include(error, { _tag: "DatabaseError", reason: "connection", isRetryable: false }, name)
          assert.include(error.problem, says)
          assert.deepEqual(error.remedy, { action: "chooseDatabase" })
        }),
        { concurrency: 3 }
      )
      yield* Effect.promise(() => chmod(join(folder, "unreadable"), 0o755))
    })
  )
})

describe.skipIf(Sqld.unavailable !== undefined)(`a server that goes away ${Sqld.unavailable ?? ""}`, () => {
  it.live("with its database is told from one that never had it, and may be tried again", () =>
    Effect.gen(function* () {
      const proxy = yield* LoopbackProxy.make((yield* Sqld.primary()).url)
      const sql = yield* open({ url: proxy.url })
      yield* sql`CREATE TABLE t (a)`
      proxy.behave({ kind: "answer", status: 404 })
      for (const statement of [
        sql`SELECT * FROM t`,
        sql`INSERT INTO t VALUES (1)`,
        sql.withTransaction(sql`SELECT 1`)
      ]) {
        const error = yield* failure(statement)
        assert.include(error, { _tag: "DatabaseError", reason: "connection", isRetryable: true })
        assert.include(error.problem, "answered before")
      }
      const never = yield* failure(Effect.flatMap(open({ url: proxy.url }), (other) => other`SELECT 1`))
      assert.include(never, { _tag: "DatabaseError", reason: "connection", isRetryable: false })
      assert.include(never.problem, "has no such database")
      proxy.behave({ kind: "pass" })
      assert.deepEqual(yield* sql`SELECT * FROM t`, [])
    })
  )

  it.live("in a transaction, and is back before its end, has kept nothing of it", () =>
    Effect.gen(function* () {
      const server = yield* Sqld.primary()
      const sql = yield* open({ url: server.url })
      yield* sql`CREATE TABLE t (a)`
      const body = Effect.gen(function* () {
        yield* sql`INSERT INTO t VALUES (1)`
        yield* server.kill
        yield* server.start
        yield* sql`INSERT INTO t VALUES (2)`
      })
      const error = yield* failure(sql.withTransaction(body))
      assert.isTrue(error.isRetryable)
      assert.match(error.problem, /Nothing of it was stored|cannot be reached/u)
      assert.deepEqual(yield* sql`SELECT a FROM t`, [])
    })
  )

  it.live("while the tables are made is a server that cannot be reached, and the next try makes them", () =>
    patiently(
      [Duration.seconds(4), Duration.seconds(60)],
      Effect.fnUntraced(function* (requestTimeout) {
        const server = yield* Sqld.primary()
        const proxy = yield* LoopbackProxy.make(server.url)
        proxy.behave((_, body) =>
          body.includes("crosswalk_embedding_model") ? { kind: "resetBefore" } : { kind: "pass" }
        )
        const making = (time: Duration.Duration) =>
          Effect.provide(Migrations.run, LibsqlClient.layer({ url: proxy.url, requestTimeout: time }), { local: true })
        const error = yield* failure(making(requestTimeout))
        assert.include(error, { _tag: "DatabaseError", reason: "connection", isRetryable: true })
        assert.include(error.problem, "cannot be reached")
        proxy.behave({ kind: "pass" })
        yield* making(Duration.seconds(60))
      })
    )
  )
})
