import { execFile } from "node:child_process"
import { writeFile } from "node:fs/promises"
import { createServer } from "node:http"
import { join } from "node:path"
import { inspect } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Exit, Logger, Redacted, Schema, Tracer } from "effect"
import { SqlClient } from "effect/sql"
import { CrosswalkError } from "../../src/domain/CrosswalkError.ts"
import { redact } from "../../src/domain/Redact.ts"
import * as Surface from "../../soak/Surface.ts"
import * as LibsqlClient from "../../src/libsql/LibsqlClient.ts"
import * as Migrations from "../../src/storage/Migrations.ts"
import { anyBin } from "../support/command.ts"
import { listening } from "../support/listening.ts"
import * as LoopbackProxy from "../support/loopbackProxy.ts"
import { temporaryFolder } from "../support/temporaryFolder.ts"
import { crosswalk } from "./run.ts"

/** What no output may have, in every form in which it may come. */
const secret = "pl4nted-S3cret"
const forms = [secret, "pl4nted", "S3cret", Buffer.from(secret).toString("base64").slice(0, -2)]

const assertSafe = (text: string, where: string) => {
  for (const form of forms) assert.isFalse(text.includes(form), `${where} shows ${form}: ${text}`)
}

/** A server that answers everything with a status, and says what it was sent. */
const echo = Effect.suspend(() =>
  listening(
    createServer((request, response) => {
      request.resume()
      response.statusCode = 400
      response.end(`bad request ${request.url} ${request.headers.authorization}`)
    })
  )
)

/** URLs with a secret in them, in every way in which one can be put into a URL. */
const urls = (host: string) => [
  `http://user:${secret}@${host}`,
  `http://${secret}@${host}/`,
  `http://user:a/${secret}@${host}`,
  `http://user:pl4nted%2DS3cret@${host}`,
  `libsql://${host}?tls=0&authToken=${secret}`,
  `http://${host}/?authToken=${secret}&x=1`,
  `http://${host}/?jwt_token=${secret}`,
  `ftp://user:${secret}@${host}`,
  `http://user:${secret}@`,
  `file://user:${secret}@${host}/x.db`
]

describe("a secret", () => {
  it.live("is in nothing that a failing command prints, wherever it was given", () =>
    Effect.gen(function* () {
      const host = yield* echo
      const folder = yield* temporaryFolder
      const run = crosswalk(folder)
      const all = urls(host)
      const commands = [
        ...all.flatMap((url) => [
          ["status", "--db", url],
          ["search", "passwords", "--db", url],
          ["import", url, "--allow-private", "--db", join(folder, "x.db")],
          ["import", url, `${url}/a.csv`, "--allow-private", "--db", join(folder, "x.db")],
          ["import", "--strict", `${url}/a.csv?X-Amz-Signature=${secret}`, "--db", join(folder, "x.db")],
          ["map", url, "--allow-private", "--db", join(folder, "x.db")],
          ["doctor", "--db", url],
          ["list", `--database=${url}`],
          [url],
          ["list", "--limit", url]
        ])
      ]
      for (const args of commands) {
        for (const json of [[], ["--json"]]) {
          const { code, stderr, stdout } = yield* run(...args, ...json)
          if (code !== 0) assert.notStrictEqual(stderr, "")
          assertSafe(stdout + stderr, args.join(" "))
        }
      }
    })
  )

  it.live("is in nothing that any command prints, given as its database, its argument or its model", () =>
    Effect.gen(function* () {
      const host = yield* echo
      const folder = yield* temporaryFolder
      const run = crosswalk(folder)
      const commands = yield* Effect.promise(() =>
        Surface.commands((path) => Effect.runPromise(Effect.map(run(...path, "--help"), ({ stdout }) => stdout)))
      )
      assert.isAtLeast(commands.length, 31)
      // What serves until it is ended is tried by `npm run soak`.
      for (const { path } of commands.filter(({ path }) => !["serve", "mcp"].includes(path[0] ?? ""))) {
        for (const args of [
          [...path, "--db", `http://user:${secret}@${host}`],
          [...path, `http://user:a/${secret}@${host}/a?token=${secret}`, "--db", join(folder, "x.db"), "--json"],
          [...path, join(folder, "x"), "--model", `http://${secret}@${host}/m`, "--db", join(folder, "x.db")]
        ]) {
          const { code, stderr, stdout } = yield* run(...args)
          // An answer may repeat the query.
          assertSafe(code === 0 ? stderr : stdout + stderr, args.join(" "))
        }
      }
    })
  )

  it.live("is in nothing that is printed where crosswalk.json or the environment has it", () =>
    Effect.gen(function* () {
      const host = yield* echo
      const files = [
        ...urls(host).map((db) => ({ db })),
        { db: "x.db", syncUrl: `http://user:${secret}@${host}` },
        { db: "x.db", authToken: secret },
        { db: "x.db", token: { value: secret } },
        { db: [`http://user:${secret}@${host}`] },
        { db: `http://${host}`, embedder: { type: "transformers", apiKey: secret } }
      ]
      for (const file of files) {
        const folder = yield* temporaryFolder
        for (const text of [JSON.stringify(file, undefined, 2), JSON.stringify(file).slice(0, -1)]) {
          yield* Effect.promise(() => writeFile(join(folder, "crosswalk.json"), text))
          for (const args of [["status"], ["list"], ["search", "x"], ["search", "x", "--embedder", "transformers"]]) {
            const { stderr, stdout } = yield* crosswalk(folder)(...args, "--json")
            assertSafe(stdout + stderr, `${args.join(" ")} with ${text}`)
          }
        }
      }
    })
  )

  it.live("is in nothing that the command prints where the environment has it", () =>
    Effect.gen(function* () {
      const host = yield* echo
      const environments: ReadonlyArray<Record<string, string>> = [
        { CROSSWALK_DB: `http://${host}`, CROSSWALK_DB_TOKEN: secret },
        { CROSSWALK_DB: `http://${host}`, CROSSWALK_DB_TOKEN: "pl4nted\nS3cret" },
        { CROSSWALK_DB: `libsql://${host}?tls=0&authToken=${secret}` },
        { CROSSWALK_DB: "/nowhere/x.db", CROSSWALK_SYNC_URL: `http://user:${secret}@${host}` }
      ]
      for (const environment of environments) {
        const output = yield* Effect.callback<string>((resume) => {
          execFile(
            process.execPath,
            [anyBin, "status"],
            { env: { ...process.env, ...environment } },
            (_, stdout, stderr) => resume(Effect.succeed(stdout + stderr))
          )
        })
        assert.notStrictEqual(output, "")
        assertSafe(output, JSON.stringify(Object.keys(environment)))
      }
    })
  )

  for (const [name, token] of [
    ["that is wrong", secret],
    ["with a line break", `pl4nted\nS3cret`],
    ["with a space", `pl4nted S3cret`],
    ["of another alphabet", `${secret}ü`]
  ] as const) {
    it.live(`is in no error, log or span: a token ${name}`, () =>
      Effect.gen(function* () {
        const host = yield* echo
        const proxy = yield* LoopbackProxy.make("http://127.0.0.1:1")
        proxy.behave((number) => (number % 2 === 0 ? { kind: "resetBefore" } : { kind: "answer", status: 401 }))
        const seen: Array<string> = []
        const tracer = Tracer.make({
          span: (options) => {
            const span = new Tracer.NativeSpan(options)
            const end = span.end.bind(span)
            span.end = (time, exit) => {
              seen.push(inspect([span.name, ...span.attributes], { depth: 8 }))
              if (Exit.isFailure(exit)) seen.push(Cause.pretty(exit.cause), inspect(exit.cause, { depth: 12 }))
              end(time, exit)
            }
            return span
          }
        })
        const logger = Logger.make(({ cause, message }) => {
          seen.push(inspect(message, { depth: 12 }), Cause.pretty(cause), inspect(cause, { depth: 12 }))
        })
        const folder = yield* temporaryFolder
        // A replica waits for its primary without the event loop, so that no server of this process could answer it.
        const away = "http://127.0.0.1:9"
        const configs: ReadonlyArray<LibsqlClient.Config> = [
          { url: `http://${host}`, authToken: token },
          { url: `http://${host}`, authToken: Redacted.make(token) },
          { url: `http://${host}?authToken=${encodeURIComponent(token)}` },
          { url: proxy.url, authToken: Redacted.make(token) },
          { url: join(folder, "r.db"), syncUrl: away, authToken: Redacted.make(token) },
          { url: join(folder, "r.db"), syncUrl: `${away}?authToken=${encodeURIComponent(token)}` },
          { url: join(folder, "none", "r.db"), encryptionKey: token },
          // What a program may get wrong.
          { url: `http://${host}`, authTokn: token } as unknown as LibsqlClient.Config,
          { url: `http://${host}`, authToken: [token] } as unknown as LibsqlClient.Config,
          { url: 5, encryptionKey: token } as unknown as LibsqlClient.Config
        ]
        const trying = Effect.fnUntraced(function* (config: LibsqlClient.Config) {
          const work = Effect.gen(function* () {
            const sql = yield* SqlClient.SqlClient
            yield* Migrations.run
            yield* sql.withTransaction(sql`CREATE TABLE t (a)`)
          }).pipe(Effect.withSpan("work"), Effect.provide(LibsqlClient.layer(config), { local: true }))
          const error = yield* Effect.flip(work)
          yield* Effect.logError(error)
          yield* Effect.logError("failed", Cause.fail(error))
          const encoded = yield* Schema.encodeUnknownEffect(Schema.toCodecJson(CrosswalkError))(error)
          seen.push(JSON.stringify(encoded), inspect(error, { depth: 12 }), error.message, String(error.stack))
        })
        yield* Effect.forEach(configs, trying).pipe(
          Effect.provideService(Tracer.Tracer, tracer),
          Effect.provide(Logger.layer([logger]))
        )
        assert.isAbove(seen.length, 20)
        for (const text of seen) assertSafe(text, "an error, a log or a span")
      })
    )
  }

  it("is told by its form, and other text stays", () => {
    for (const text of [
      `cannot parse http://user:${secret}@host/x`,
      `http:/user:${secret}@host/x cannot be read`,
      `http%3A%2F%2Fuser%3A${secret}%40host`,
      `?a=1&api_key=${secret}&b=2`,
      `Headers.append: "Bearer pl4nted\nS3cret" is an invalid header value.`,
      `authorization: Bearer ${secret}-and-some-more-of-it`
    ]) {
      assertSafe(redact(text), text)
      assert.include(redact(text), "<redacted>")
    }
    for (const text of [
      "Bearer tokens are checked, and Basic authentication is off",
      "http://127.0.0.1:8080/@scope/package",
      "https://example.com/a?page=2&sort=key",
      "mail somebody@example.com about https://example.com",
      "session tokens: 12 = a dozen"
    ]) {
      assert.strictEqual(redact(text), text)
    }
    assert.strictEqual(redact(`it is ${secret}!`, [secret]), "it is <redacted>!")
  })
})
