import { execFile } from "node:child_process"
import { readFileSync } from "node:fs"
import { createServer } from "node:http"
import { join } from "node:path"
import { promisify } from "node:util"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Schema } from "effect"
import { Toml } from "effect/encoding"
import { HttpServer } from "effect/http"
import { Routes, Tokens } from "../../src/http.ts"
import { Mcp } from "../../src/mcp.ts"
import * as Store from "../../src/Store.ts"
import { anyBin } from "../support/command.ts"
import { temporaryFolder } from "../support/temporaryFolder.ts"
import { crosswalk } from "../cli/run.ts"

const root = join(import.meta.dirname, "..", "..")
const run = promisify(execFile)
const page = readFileSync(join(root, "docs", "mcp.md"), "utf8")
const readme = readFileSync(join(root, "README.md"), "utf8")

const blocks = (text: string, language: string): ReadonlyArray<string> =>
  [...text.matchAll(/^```(\w+)\n(.*?)^```$/gmsu)].flatMap(([, tag, code = ""]) => (tag === language ? [code] : []))

/** What is typed, and what the page says it prints. */
const transcripts = blocks(page, "console").flatMap((block) =>
  block
    .split(/^\$ /mu)
    .filter((part) => part !== "")
    .map((part) => {
      const [command = "", ...printed] = part.split("\n")
      return { command, printed: printed.join("\n") }
    })
)

const has = (program: string) =>
  run("sh", ["-c", `command -v ${program}`]).then(
    () => true,
    () => false
  )
const hasCurl = await has("curl")

const Command = Schema.Struct({
  type: Schema.optionalKey(Schema.Literal("stdio")),
  command: Schema.Literals(["crosswalk", "npx"]),
  args: Schema.NonEmptyArray(Schema.String)
})
const Address = Schema.Struct({
  type: Schema.Literal("http"),
  url: Schema.String.check(Schema.isPattern(/^http:\/\/127\.0\.0\.1:7430\/mcp$/u)),
  headers: Schema.Record(Schema.String, Schema.String)
})
const Server = Schema.Struct({ crosswalk: Schema.Union([Command, Address]) })
const Configuration = Schema.Union([
  Schema.Struct({ mcpServers: Server }),
  Schema.Struct({ servers: Server }),
  Schema.Struct({ mcp_servers: Server })
])

const decode = Schema.decodeUnknownEffect(Configuration, { onExcessProperty: "error" })

/** The servers of every configuration that is shown. */
const configured = Effect.gen(function* () {
  const texts = [readme, page]
  const json = texts.flatMap((text) => blocks(text, "json").filter((block) => block.includes("ervers")))
  const toml = yield* Effect.forEach(blocks(page, "toml"), (text) => Effect.fromResult(Toml.parse(text)))
  const values: ReadonlyArray<unknown> = [...json.map((text): unknown => JSON.parse(text)), ...toml]
  return yield* Effect.forEach(values, (value) =>
    Effect.map(decode(value), (configuration) => Object.values(configuration)[0]?.crosswalk)
  )
})

/** A database of the examples, as the page has it. */
const filled = Effect.gen(function* () {
  const folder = yield* temporaryFolder
  const db = join(folder, "x.db")
  const run = crosswalk(folder)
  for (const [file, catalog] of [
    ["security-requirements.json", "requirements@1"],
    ["company-requirements.csv", "company@1"]
  ] as const) {
    yield* run("import", join(root, "examples", file), "--catalog", catalog, "--db", db)
  }
  return db
})

const source = `${process.execPath} ${anyBin} --embedder deterministic`

describe("docs/mcp.md", () => {
  it.live("shows configurations that hosts read, of a command that starts", () =>
    Effect.gen(function* () {
      const db = yield* filled
      const servers = yield* configured
      assert.strictEqual(servers.length, 6)
      const lines = new Set<string>()
      for (const server of servers) {
        if (server === undefined || !("command" in server)) continue
        const args = server.command === "npx" ? server.args.slice(2) : server.args
        if (server.command === "npx") assert.deepStrictEqual(server.args.slice(0, 2), ["-y", "crosswalk"])
        lines.add(args.join(" ").replace("/home/me/requirements.db", db))
      }
      assert.strictEqual(lines.size, 2)
      for (const line of lines) {
        const { stdout } = yield* Effect.promise(() =>
          run("sh", ["-c", `head -n 1 ${join(root, "examples/mcp/search.jsonl")} | ${source} ${line}`])
        )
        assert.include(stdout, '"serverInfo"')
      }
    })
  )

  it.live.skipIf(!hasCurl)("prints what its transcripts say", () =>
    Effect.gen(function* () {
      const db = yield* filled
      const serving = Routes.serveWith(Mcp.layerHttp()).pipe(
        Layer.provide(Tokens.layer([])),
        Layer.provideMerge(NodeHttpServer.layer(() => createServer(), { host: "127.0.0.1", port: 0 })),
        Layer.provide(Store.layerLibsql({ url: db, embedder: { type: "deterministic" } }))
      )
      yield* Effect.gen(function* () {
        const { address } = yield* HttpServer.HttpServer
        for (const { command, printed } of transcripts) {
          const here = command
            .replaceAll("http://127.0.0.1:7430", HttpServer.formatAddress(address))
            .replaceAll(/(?<=^|\| )crosswalk /gu, `${source} --db ${db} `)
          const { stdout } = yield* Effect.promise(() => run("sh", ["-c", here], { cwd: root }))
          assert.strictEqual(stdout.trimEnd(), printed.trimEnd(), command)
        }
      }).pipe(Effect.provide(serving))
    })
  )
})
