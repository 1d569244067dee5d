import { execFile } from "node:child_process"
import { readFileSync } from "node:fs"
import { createServer } from "node:http"
import { join } from "node:path"
import { promisify } from "node:util"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { HttpServer } from "effect/http"
import { CatalogImport } from "../../src/catalog/CatalogImport.ts"
import { Routes, Tokens } from "../../src/http.ts"
import { TestStore } from "../../src/testing.ts"

const root = join(import.meta.dirname, "..", "..")
const run = promisify(execFile)

/** What is typed on a page, and what it says is printed. */
const transcripts = [
  ...readFileSync(join(root, "docs", "http.md"), "utf8").matchAll(/^```console\n(.*?)^```$/gmsu)
].flatMap(([, block = ""]) =>
  block
    .split(/^\$ /mu)
    .filter((part) => part !== "")
    .map((part) => {
      const [command = "", ...printed] = part.split("\n")
      return { command, printed: printed.join("\n") }
    })
)

const hasCurl = await run("curl", ["--version"]).then(
  () => true,
  () => false
)

const fill = Layer.effectDiscard(
  Effect.gen(function* () {
    const imports = yield* CatalogImport
    for (const [file, catalog] of [
      ["security-requirements.json", "requirements@1"],
      ["company-requirements.csv", "company@1"]
    ] as const) {
      yield* imports.run(join(root, "examples", file), { catalog })
    }
  })
)

const serving = Routes.serve().pipe(
  Layer.provide(Tokens.layer([])),
  Layer.provideMerge(NodeHttpServer.layer(() => createServer(), { host: "127.0.0.1", port: 0 })),
  Layer.provideMerge(Layer.provideMerge(fill, TestStore.layer))
)

layer(serving)("docs/http.md", (it) => {
  for (const { command, printed } of transcripts) {
    it.effect.skipIf(!hasCurl)(command, () =>
      Effect.gen(function* () {
        const { address } = yield* HttpServer.HttpServer
        const here = command.replaceAll("http://127.0.0.1:7430", HttpServer.formatAddress(address))
        const { stdout } = yield* Effect.promise(() => run("sh", ["-c", here]))
        assert.strictEqual(stdout.trimEnd(), printed.trimEnd())
      })
    )
  }
})
