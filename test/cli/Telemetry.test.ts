import { spawn } from "node:child_process"
import { createServer } from "node:http"
import { join } from "node:path"
import { createClient } from "@libsql/client"
import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect } from "effect"
import { anyBin } from "../support/command.ts"
import { listening } from "../support/listening.ts"
import { workspace } from "./run.ts"

const secret = "a-token-that-nobody-is-told"

interface Sent {
  readonly path: string
  readonly authorization: string | undefined
  readonly body: string
}

/** A collector on this machine; gives its URL, and what it was sent. */
const collector = Effect.gen(function* () {
  const sent: Array<Sent> = []
  const server = createServer((request, response) => {
    const pieces: Array<Buffer> = []
    request.on("data", (piece: Buffer) => pieces.push(piece))
    request.on("end", () => {
      const body = Buffer.concat(pieces).toString()
      sent.push({ path: request.url ?? "", authorization: request.headers.authorization, body })
      response.end("{}")
    })
  })
  return { sent, url: `http://${yield* listening(server)}` }
})

/** Serves as a process, until what is asked of its URL is answered; gives how it ended. */
const serve = (db: string, env: Readonly<Record<string, string>>, ask: (url: string) => Promise<unknown>) =>
  Effect.promise(
    () =>
      new Promise<number | null>((resolve) => {
        const args = [anyBin, "--json", "--embedder", "deterministic", "--db", db, "serve", "--port", "0"]
        const child = spawn(process.execPath, args, {
          env: { ...process.env, ...env },
          stdio: ["ignore", "pipe", "ignore"]
        })
        child.stdout.once("data", (line: Buffer) => {
          const { url }: { readonly url: string } = JSON.parse(line.toString())
          void ask(url).finally(() => child.kill("SIGTERM"))
        })
        child.once("exit", resolve)
      })
  )

const withEnv = (env: Readonly<Record<string, string>>) =>
  Effect.provideService(ConfigProvider.ConfigProvider, ConfigProvider.fromEnv({ env }))

const example = [{ uri: "a:1", title: "Sesame opens the door", entityType: "requirement" }]

const withStore = Effect.gen(function* () {
  const { folder, run, write } = yield* workspace
  yield* run("import", yield* write("a.json", JSON.stringify(example)))
  return { db: join(folder, "x.db"), run }
})

const names = (sent: ReadonlyArray<Sent>, path: string) =>
  sent
    .filter((one) => one.path === path)
    .flatMap(({ body }) => [...body.matchAll(/"name":"([^"]+)"/gu)].map(([, name = ""]) => name))

describe("telemetry", () => {
  it.live("goes nowhere else, where the collector leads to another", () =>
    Effect.gen(function* () {
      const { run } = yield* withStore
      const elsewhere = yield* collector
      const asked: Array<string> = []
      const leads = createServer((request, response) => {
        asked.push(request.url ?? "")
        response.writeHead(307, { location: `${elsewhere.url}${request.url}` }).end()
      })
      const env = {
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://${yield* listening(leads)}`,
        OTEL_EXPORTER_OTLP_PROTOCOL: "http/json"
      }
      assert.strictEqual((yield* withEnv(env)(run("search", "sesame door"))).code, 0)
      assert.include(asked, "/v1/traces")
      assert.deepEqual(elsewhere.sent, [])
    })
  )

  it.live(
    "of a command goes to the collector that the environment names: traces, metrics and what failed, no text",
    () =>
      Effect.gen(function* () {
        const { run } = yield* withStore
        const { sent, url } = yield* collector
        const env = {
          OTEL_EXPORTER_OTLP_ENDPOINT: url,
          OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
          OTEL_EXPORTER_OTLP_HEADERS: `authorization=${secret}`,
          OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=test"
        }
        const found = yield* withEnv(env)(run("search", "sesame door"))
        assert.strictEqual(found.code, 0, found.stderr)
        assert.notInclude(found.stdout + found.stderr, secret)
        assert.includeMembers(names(sent, "/v1/traces"), ["Search.search"])
        assert.includeMembers(names(sent, "/v1/metrics"), ["crosswalk_search_duration"])
        const refused = yield* withEnv(env)(run("search", "sesame door", "--catalog", "sesame\u0000"))
        assert.strictEqual(refused.code, 2)
        const all = sent.map(({ body }) => body).join("\n")
        assert.include(all, '"service.name","value":{"stringValue":"crosswalk"}')
        assert.include(all, "deployment.environment.name")
        assert.notMatch(all, /sesame|opens the door/iu)
        assert.notInclude(all, secret)
        assert.isTrue(sent.every(({ authorization }) => authorization === secret))
      })
  )

  it.live("of a server goes there too, with its logs; queries are left out", () =>
    Effect.gen(function* () {
      const { db } = yield* withStore
      const { sent, url } = yield* collector
      const env = {
        OTEL_EXPORTER_OTLP_ENDPOINT: url,
        OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
        OTEL_SERVICE_NAME: "ours",
        CROSSWALK_HTTP_TOKEN: secret
      }
      const headers = { authorization: `Bearer ${secret}` }
      const code = yield* serve(db, env, async (url) => {
        const ask = (path: string) => fetch(`${url}${path}`, { headers }).then(({ status }) => status)
        assert.strictEqual(await ask("/api/v1/search?q=sesame%20door"), 200)
        assert.strictEqual(await ask("/api/v1/search?q=sesame&where=nothing"), 400)
        const client = createClient({ url: `file:${db}` })
        await client.execute("DROP TABLE crosswalk_embedding")
        client.close()
        assert.strictEqual(await ask("/api/v1/status"), 500)
      })
      assert.strictEqual(code, 143)
      const spans = names(sent, "/v1/traces")
      assert.includeMembers(spans, ["Search.search", "GET"])
      assert.includeMembers(names(sent, "/v1/metrics"), ["crosswalk_search_hits"])
      const logs = sent.filter(({ path }) => path === "/v1/logs").map(({ body }) => body)
      assert.include(logs.join("\n"), "a request failed (DatabaseError, ")
      const all = sent.map(({ body }) => body).join("\n")
      assert.include(all, '"service.name","value":{"stringValue":"ours"}')
      assert.include(all, "/api/v1/search?q=REDACTED")
      assert.notMatch(all, /sesame|opens the door/iu)
      assert.notInclude(all, secret)
    })
  )

  it.live("is binary unless told, goes nowhere without a collector, and what is wrong with its variables is told", () =>
    Effect.gen(function* () {
      const { run } = yield* withStore
      const { sent, url } = yield* collector
      const search = (env: Readonly<Record<string, string>>) => withEnv(env)(run("search", "door", "--mode", "keyword"))
      yield* search({ OTEL_TRACES_EXPORTER: "otlp", OTEL_METRICS_EXPORTER: "otlp" })
      yield* search({ OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_SDK_DISABLED: "true" })
      assert.deepStrictEqual(sent, [])
      yield* search({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${url}/own`, OTEL_METRICS_EXPORTER: "none" })
      assert.deepStrictEqual(
        sent.map(({ path }) => path),
        ["/own"]
      )
      assert.include(sent[0]?.body, "Search.search")
      assert.notMatch(sent[0]?.body ?? "", /^\{/u)
      for (const wrong of [
        { OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" },
        { OTEL_EXPORTER_OTLP_TIMEOUT: "soon" },
        { OTEL_EXPORTER_OTLP_ENDPOINT: "nowhere" }
      ]) {
        const refused = yield* search({ OTEL_EXPORTER_OTLP_ENDPOINT: url, ...wrong })
        assert.strictEqual(refused.code, 2, refused.stderr)
        assert.include(refused.stderr, "OTEL_")
      }
    })
  )

  it.live("of a collector that is away keeps no command from its answer", () =>
    Effect.gen(function* () {
      const { run } = yield* withStore
      const env = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9", OTEL_EXPORTER_OTLP_TIMEOUT: "100" }
      const found = yield* withEnv(env)(run("search", "door"))
      assert.strictEqual(found.code, 0)
      assert.include(found.stdout, "a:1")
    })
  )
})
