import { request } from "node:http"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import { FetchHttpClient, HttpServer } from "effect/http"
import { Review } from "../../src/crosswalk/Review.ts"
import { Connections, Routes, Tokens } from "../../src/http.ts"
import { Mcp } from "../../src/mcp.ts"
import { TestStore } from "../../src/testing.ts"
import { ask, bearer, problemOf, tokens } from "../support/httpServer.ts"
import { examples } from "./support.ts"

const idle = 60_000

const mcp = Mcp.layerHttp({ name: "ours", version: "3", maxSessions: 4, sessionIdle: idle })
const serving = Routes.serveWith(mcp, { maxBodyBytes: 100_000 }).pipe(
  Layer.provide(Tokens.layer(tokens)),
  Layer.provideMerge(Layer.provideMerge(Layer.effectDiscard(examples), TestStore.layer)),
  Layer.provideMerge(NodeHttpServer.layer(() => Connections.server(), { host: "127.0.0.1", port: 0 })),
  Layer.provideMerge(FetchHttpClient.layer)
)

const both = { accept: "application/json, text/event-stream" }
const rpc = (method: string, params?: unknown, id: unknown = 1) => ({ jsonrpc: "2.0", id, method, params })
const initialize = rpc("initialize", {
  protocolVersion: "2025-11-25",
  capabilities: {},
  clientInfo: { name: "test", version: "1" }
})

const post = (body: unknown, headers: Record<string, string> = {}) =>
  ask("POST", "/mcp", { body, headers: { ...both, ...headers } })

// What a test reads of an answer it names.
// oxlint-disable-next-line typescript/no-explicit-any
type Json = any

/** A session of who holds a token: gives the results of its requests. */
const session = (name: string) =>
  Effect.gen(function* () {
    const headers = bearer(name)
    const begun = yield* post(initialize, headers)
    assert.strictEqual(begun.status, 200)
    const of = {
      ...headers,
      "mcp-session-id": begun.headers["mcp-session-id"] ?? "",
      "mcp-protocol-version": "2025-11-25"
    }
    assert.strictEqual((yield* post({ jsonrpc: "2.0", method: "notifications/initialized" }, of)).status, 202)
    return (method: string, params?: unknown) =>
      Effect.flatMap(post(rpc(method, params), of), (response) => Effect.map(response.json, (json: Json) => json))
  })

/** A request under a host or from an origin of one's choice, which `fetch` does not send. */
const raw = (headers: Record<string, string>) =>
  Effect.gen(function* () {
    const { address } = yield* HttpServer.HttpServer
    const { hostname, port } = new URL(HttpServer.formatAddress(address))
    return yield* Effect.promise(
      () =>
        new Promise<number>((resolve, reject) => {
          const all = {
            ...both,
            ...bearer("reader"),
            "content-type": "application/json",
            host: `${hostname}:${port}`,
            ...headers
          }
          const sent = request({ hostname, port, path: "/mcp", method: "POST", headers: all }, (response) => {
            response.resume()
            response.on("end", () => resolve(response.statusCode ?? 0))
          })
          sent.on("error", reject)
          sent.end(JSON.stringify(initialize))
        })
    )
  })

layer(serving)("/mcp", (it) => {
  it.effect("is for who has a token, and says how one is sent", () =>
    Effect.gen(function* () {
      for (const headers of [{}, { authorization: "Bearer another-token-entirely" }, { authorization: "Basic eDp5" }]) {
        const response = yield* post(initialize, headers)
        assert.strictEqual(response.status, 401)
        assert.strictEqual(response.headers["www-authenticate"], "Bearer")
      }
    })
  )

  it.effect("is not for pages of other sites, nor under other hosts", () =>
    Effect.gen(function* () {
      const { address } = yield* HttpServer.HttpServer
      const own = HttpServer.formatAddress(address)
      assert.strictEqual(yield* raw({}), 200)
      assert.strictEqual(yield* raw({ origin: own }), 200)
      assert.strictEqual(yield* raw({ origin: "https://evil.example" }), 403)
      assert.strictEqual(yield* raw({ origin: "null" }), 403)
      assert.strictEqual(yield* raw({ host: "evil.example" }), 403)
    })
  )

  it.effect("names the catalogues, and offers tools that write to tokens that may", () =>
    Effect.gen(function* () {
      const begun: Json = yield* Effect.flatMap(post(initialize, bearer("reader")), ({ json }) => json)
      assert.deepInclude(begun.result.serverInfo, { name: "ours", version: "3" })
      assert.include(begun.result.instructions, "company@1 (41)")
      const reader = yield* session("reader")
      const writer = yield* session("writer")
      const names = ({ result }: Json) => result.tools.map(({ name }: Json) => name)
      assert.notInclude(names(yield* reader("tools/list")), "decide")
      assert.include(names(yield* writer("tools/list")), "decide")
      const decide = {
        name: "decide",
        arguments: {
          verdicts: [{ sources: ["company:1/BR-01"], targets: ["requirements:1/SESS-5"], status: "rejected" }],
          dryRun: false
        }
      }
      assert.include((yield* reader("tools/call", decide)).error.message, "not found")
      assert.isNotTrue((yield* writer("tools/call", decide)).result.isError)
      const [entry] = yield* Review.use(({ log }) => log({ limit: 1 }))
      assert.strictEqual(entry?.by, "writer")
    })
  )

  it.effect("reads no file of the server", () =>
    Effect.gen(function* () {
      const writer = yield* session("writer")
      const { result } = yield* writer("tools/call", {
        name: "import",
        arguments: { path: "/etc/passwd", dryRun: false }
      })
      assert.isTrue(result.isError)
      assert.strictEqual(result.structuredContent.error.field, "path")
    })
  )

  it.effect("answers the protocol without sessions", () =>
    Effect.gen(function* () {
      const version = "2026-07-28"
      const _meta = {
        "io.modelcontextprotocol/protocolVersion": version,
        "io.modelcontextprotocol/clientCapabilities": {}
      }
      const headers = { ...bearer("reader"), "mcp-protocol-version": version }
      const found: Json = yield* Effect.flatMap(
        post(rpc("server/discover", { _meta }), { ...headers, "mcp-method": "server/discover" }),
        ({ json }) => json
      )
      assert.deepInclude(found.result.supportedVersions, version)
      assert.include(found.result.instructions, "requirements@1")
      const called: Json = yield* Effect.flatMap(
        post(rpc("tools/call", { name: "fetch", arguments: { id: "SESS-5" }, _meta }), {
          ...headers,
          "mcp-method": "tools/call",
          "mcp-name": "fetch"
        }),
        ({ json }) => json
      )
      assert.strictEqual(called.result.structuredContent.id, "requirements:1/SESS-5")
    })
  )

  it.effect("tells progress while a call runs, as events", () =>
    Effect.gen(function* () {
      const [before, after] = ["company@1", "requirements@1"]
      const calls: ReadonlyArray<readonly [name: string, args: object, message: string]> = [
        ["import", { content: "id,title\nR-1,One\n", name: "x.csv", catalog: "x@1" }, "saving rows"],
        ["coverage", { to: after, by: before }, "measuring coverage"],
        ["diff", { before, after }, "comparing the editions"],
        ["lint", { from: before, to: after }, "checking relations"],
        ["carry", { catalog: after, from: before, to: before }, "carrying relations over"]
      ]
      const begun = yield* post(initialize, bearer("writer"))
      const headers = {
        ...bearer("writer"),
        "mcp-session-id": begun.headers["mcp-session-id"] ?? "",
        "mcp-protocol-version": "2025-11-25"
      }
      for (const [name, args, message] of calls) {
        const call = rpc("tools/call", { name, arguments: args, _meta: { progressToken: name } })
        const response = yield* post(call, headers)
        assert.include(response.headers["content-type"], "text/event-stream", name)
        const messages: ReadonlyArray<Json> = (yield* response.text)
          .split("\n")
          .filter((line) => line.startsWith("data: "))
          .map((line) => JSON.parse(line.slice(6)))
        assert.deepInclude(messages[0].params, { progressToken: name, message })
        assert.isFalse(messages.at(-1).result.isError ?? false, JSON.stringify(messages.at(-1)))
      }
    })
  )

  it.effect("refuses what is no message in the words of the protocol, and what is too long", () =>
    Effect.gen(function* () {
      const headers = bearer("reader")
      const wrong: ReadonlyArray<readonly [body: unknown, status: number, code: number]> = [
        ["{", 200, -32700],
        ["[]", 400, -32600],
        [[initialize, initialize], 400, -32600],
        [[rpc("ping"), rpc("ping")], 400, -32600],
        [{ jsonrpc: "1.0", id: 1, method: "ping" }, 200, -32600],
        [rpc("tools/list"), 400, -32600],
        [rpc(1 as never, []), 200, -32600],
        [rpc("ping", undefined, null), 200, -32600],
        [rpc("ping", undefined, { a: 1 }), 200, -32600],
        [`{"jsonrpc":"2.0","id":1,"method":"ping","params":${"[".repeat(20_000)}${"]".repeat(20_000)}}`, 400, -32700]
      ]
      for (const [body, status, code] of wrong) {
        const response = yield* post(body, headers)
        assert.strictEqual(response.status, status, JSON.stringify(body).slice(0, 80))
        const answer: Json = yield* response.json
        assert.strictEqual(answer.error.code, code)
      }
      const long = yield* Effect.flatMap(post(rpc("x".repeat(200_000)), headers), problemOf)
      assert.deepInclude(long, { status: 413, reason: "too-large" })
      const other = yield* ask("GET", "/mcp", { headers })
      assert.deepInclude(yield* problemOf(other), { status: 405 })
      assert.strictEqual(other.headers["allow"], "POST, DELETE")
      assert.strictEqual((yield* ask("POST", "/mcp", { body: initialize, headers })).status, 406)
    })
  )

  it.effect("takes batches where the protocol of the session has them", () =>
    Effect.gen(function* () {
      const headers = bearer("reader")
      const protocolVersion = "2025-03-26"
      const old = { protocolVersion, capabilities: {}, clientInfo: { name: "test", version: "1" } }
      const begun = yield* post(rpc("initialize", old), headers)
      const session = {
        ...headers,
        "mcp-session-id": begun.headers["mcp-session-id"] ?? "",
        "mcp-protocol-version": protocolVersion
      }
      const answers = yield* post([rpc("ping", undefined, 2), rpc("ping", undefined, 3)], session)
      assert.deepStrictEqual(yield* answers.json, [
        { jsonrpc: "2.0", id: 2, result: {} },
        { jsonrpc: "2.0", id: 3, result: {} }
      ])
    })
  )

  /** Begins a session; how a message in it is answered. */
  const begin = (name: string) =>
    Effect.map(post(initialize, bearer(name)), ({ headers }) => {
      const id = headers["mcp-session-id"] ?? assert.fail("no session")
      const of = { "mcp-session-id": id, "mcp-protocol-version": "2025-11-25" }
      return {
        id,
        ping: (by = name) => Effect.map(post(rpc("ping"), { ...bearer(by), ...of }), ({ status }) => status)
      }
    })

  it.effect("has sessions that end when they are not used, and are of who began them", () =>
    Effect.gen(function* () {
      const used = yield* begin("reader")
      const forgotten = yield* begin("reader")
      assert.strictEqual(yield* forgotten.ping("writer"), 404)
      assert.strictEqual(yield* used.ping(), 200)
      yield* TestClock.adjust(idle * 0.7)
      assert.strictEqual(yield* used.ping(), 200)
      yield* TestClock.adjust(idle * 0.7)
      assert.strictEqual(yield* used.ping(), 200)
      const gone = yield* post(rpc("ping"), { ...bearer("reader"), "mcp-session-id": forgotten.id })
      assert.deepInclude(yield* problemOf(gone), { status: 404, reason: "session" })
    })
  )

  it.effect("has so many sessions of one holder, and takes none of another for them", () =>
    Effect.gen(function* () {
      const other = yield* begin("writer")
      const many = yield* Effect.forEach(Array.from({ length: 6 }), () => begin("reader"))
      assert.deepStrictEqual(yield* Effect.forEach(many, ({ ping }) => ping()), [404, 404, 200, 200, 200, 200])
      assert.strictEqual(yield* other.ping(), 200)
      const { id } = other
      const ended = yield* ask("DELETE", "/mcp", { headers: { ...bearer("writer"), "mcp-session-id": id } })
      assert.strictEqual(ended.status, 204)
      assert.strictEqual(yield* other.ping(), 404)
    })
  )
})
