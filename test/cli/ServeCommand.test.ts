import { spawn } from "node:child_process"
import { once } from "node:events"
import { request } from "node:http"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { createServer } from "node:net"
import { anyBin } from "../support/command.ts"
import { listening } from "../support/listening.ts"
import { crosswalk, workspace } from "./run.ts"

const token = "a-token-to-write-with"
const example = [{ uri: "a:1", title: "Passwords are hashed", entityType: "requirement" }]

/** Starts `crosswalk serve` on a free port, until the scope ends; gives its URL and how to end it. */
const serving = (db: string, ...args: ReadonlyArray<string>) =>
  Effect.acquireRelease(
    Effect.callback<{ readonly url: string; readonly end: (signal: NodeJS.Signals) => Promise<number | null> }>(
      (resume) => {
        const child = spawn(
          process.execPath,
          [anyBin, "--json", "--embedder", "deterministic", "--db", db, "serve", "--port", "0", ...args],
          { stdio: ["ignore", "pipe", "inherit"] }
        )
        const ended = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)))
        child.stdout.once("data", (line: Buffer) => {
          const { url }: { readonly url: string } = JSON.parse(line.toString())
          const end = (signal: NodeJS.Signals) => {
            child.kill(signal)
            return ended
          }
          resume(Effect.succeed({ url, end }))
        })
      }
    ),
    ({ end }) => Effect.promise(() => end("SIGKILL"))
  )

const status = (url: string, headers: Record<string, string> = {}) =>
  Effect.promise(() => fetch(url, { headers }).then((response) => response.status))

describe("crosswalk serve", () => {
  for (const [signal, code] of [
    ["SIGINT", 130],
    ["SIGTERM", 143]
  ] as const) {
    it.live(`answers until ${signal}, and ends with ${code}`, () =>
      Effect.gen(function* () {
        const { folder, run, write } = yield* workspace
        yield* run("import", yield* write("a.json", JSON.stringify(example)))
        const { end, url } = yield* serving(join(folder, "x.db"))
        assert.strictEqual(yield* status(`${url}/api/v1/references/a%3A1`), 200)
        // What another process writes is answered at once.
        yield* run("import", yield* write("b.json", JSON.stringify([{ ...example[0], uri: "b:1" }])))
        assert.strictEqual(yield* status(`${url}/api/v1/references/b%3A1`), 200)
        assert.strictEqual(yield* Effect.promise(() => end(signal)), code)
      })
    )
  }

  it.live("begins with nothing where it is told to make the database", () =>
    Effect.gen(function* () {
      const { folder } = yield* workspace
      const { url } = yield* serving(join(folder, "new.db"), "--create")
      assert.strictEqual(yield* status(`${url}/api/v1/references/a%3A1`), 404)
      const put = yield* Effect.promise(() =>
        fetch(`${url}/api/v1/references/a%3A1`, {
          method: "PUT",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ title: "Passwords are hashed", entityType: "requirement" })
        })
      )
      assert.strictEqual(put.status, 201)
    })
  )

  it.live("answers first what it was asked when a signal ends it, and a second signal does not wait for that", () =>
    Effect.gen(function* () {
      const { folder, run, write } = yield* workspace
      yield* run("import", yield* write("a.json", JSON.stringify(example)))
      for (const signals of [1, 2]) {
        const { end, url } = yield* serving(join(folder, "x.db"))
        const body = JSON.stringify({ title: "Slowly told", entityType: "requirement" })
        const headers = {
          "content-type": "application/json",
          "content-length": Buffer.byteLength(body),
          expect: "100-continue"
        }
        const put = request(`${url}/api/v1/references/slow%3A${signals}`, { method: "PUT", headers })
        const answered = new Promise<number | undefined>((resolve) => {
          put.once("response", ({ statusCode }) => resolve(statusCode)).once("error", () => resolve(undefined))
        })
        put.flushHeaders()
        yield* Effect.promise(() => once(put, "continue"))
        put.write(body.slice(0, 9))
        const ended = end("SIGTERM")
        // Longer than any other command may take to end.
        yield* Effect.sleep("2 seconds")
        if (signals === 2) void end("SIGINT")
        else put.end(body.slice(9))
        assert.strictEqual(yield* Effect.promise(() => answered), signals === 1 ? 201 : undefined)
        assert.strictEqual(yield* Effect.promise(() => ended), 143)
      }
    })
  )

  it.live("asks for the tokens of its file", () =>
    Effect.gen(function* () {
      const { folder, run, write } = yield* workspace
      yield* run("import", yield* write("a.json", JSON.stringify(example)))
      const file = yield* write("tokens", `# ours\nci write ${token}\n`)
      const { url } = yield* serving(join(folder, "x.db"), "--token-file", file)
      assert.strictEqual(yield* status(`${url}/api/v1/status`), 401)
      assert.strictEqual(yield* status(`${url}/api/v1/status`, { authorization: `Bearer ${token}` }), 200)
    })
  )

  it.live("says what is wrong before it listens, and never a token", () =>
    Effect.gen(function* () {
      const { folder, run, write } = yield* workspace
      yield* run("import", yield* write("a.json", JSON.stringify(example)))
      const taken = (yield* listening(createServer())).split(":")[1] ?? ""
      const wrong: ReadonlyArray<readonly [args: ReadonlyArray<string>, code: number, words: string]> = [
        [["--host", "0.0.0.0"], 2, "--token-file"],
        [["--port", "70000"], 2, "0 to 65535"],
        [["--port", taken], 2, "taken by another process"],
        [["--host", "192.0.2.1", "--insecure", "--port", "0"], 2, "cannot be listened on"],
        [["--token-file", join(folder, "nothing")], 2, "cannot be read"],
        [["--token-file", yield* write("one", `a read ${token}\nb all ${token}\n`)], 2, "line 2"],
        [["--token-file", yield* write("two", `a read ${token} more\n`)], 2, "line 1"],
        [["--token-file", yield* write("three", "a read short\n")], 2, "at least 16"],
        [["--token-file", yield* write("four", "# nobody\n")], 2, "has no token"]
      ]
      for (const [args, code, words] of wrong) {
        const ended = yield* run("serve", ...args)
        assert.include(ended.stderr, words)
        assert.strictEqual(ended.code, code, words)
        assert.notInclude(ended.stderr, token)
      }
      const nothing = yield* crosswalk(folder)("serve", "--db", join(folder, "none.db"))
      assert.strictEqual(nothing.code, 3)
    })
  )
})
