import { createServer } from "node:http"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { assert, describe, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { FetchHttpClient, HttpClient, HttpRouter, HttpServer } from "effect/http"
import * as Guard from "../../src/http/access/Guard.ts"
import * as Policy from "../../src/http/access/Policy.ts"
import { Tokens } from "../../src/http/access/Tokens.ts"
import * as Web from "../../src/http/Web.ts"

const script = "console.log(1)\n".repeat(100)

/** A page as a build leaves it; `isBuilt`: else a folder without one. */
const serving = (isBuilt: boolean) =>
  Layer.unwrap(
    Effect.map(
      Effect.acquireRelease(
        Effect.sync(() => {
          const folder = mkdtempSync(join(tmpdir(), "crosswalk-web-"))
          if (!isBuilt) return folder
          mkdirSync(join(folder, "assets"))
          writeFileSync(join(folder, "index.html"), "<!doctype html><title>Page</title>")
          writeFileSync(join(folder, "LICENSES"), "MIT")
          writeFileSync(join(folder, "assets", "index-1.js"), script)
          writeFileSync(join(folder, "assets", "index-1.js.gz"), gzipSync(script))
          return folder
        }),
        (folder) => Effect.sync(() => rmSync(folder, { recursive: true }))
      ),
      (folder) =>
        HttpRouter.serve(Layer.merge(Web.layerFolder(folder), Guard.layer(Policy.make({}))), { disableListenLog: true })
    )
  ).pipe(
    Layer.provide(Tokens.layer([])),
    Layer.provideMerge(NodeHttpServer.layer(() => createServer(), { host: "127.0.0.1", port: 0 })),
    Layer.provideMerge(FetchHttpClient.layer)
  )

const get = (path: string, headers: Record<string, string> = {}) =>
  Effect.flatMap(HttpServer.HttpServer, ({ address }) =>
    HttpClient.get(`${HttpServer.formatAddress(address)}${path}`, { headers })
  )

const browser = { accept: "text/html,*/*;q=0.8" }

describe("the page over HTTP", () => {
  layer(serving(true))((it) => {
    it.effect("every place of the page is its document, asked for anew each time", () =>
      Effect.gen(function* () {
        for (const path of ["/", "/search?q=a", "/reference?uri=a%3A1%2F2", "/some/view"]) {
          const response = yield* get(path, browser)
          assert.strictEqual(response.status, 200)
          assert.include(yield* response.text, "<title>Page</title>")
          assert.strictEqual(response.headers["cache-control"], "no-cache")
          assert.include(response.headers["content-security-policy"] ?? "", "script-src 'self'")
        }
      })
    )

    it.effect("its files are kept for ever, compressed for who takes that, and not given twice", () =>
      Effect.gen(function* () {
        const plain = yield* get("/assets/index-1.js", { "accept-encoding": "identity, gzip;q=0" })
        assert.strictEqual(yield* plain.text, script)
        assert.isUndefined(plain.headers["content-encoding"])
        const zipped = yield* get("/assets/index-1.js", { "accept-encoding": "gzip, deflate, br" })
        assert.strictEqual(zipped.headers["content-encoding"], "gzip")
        assert.strictEqual(zipped.headers["vary"], "accept-encoding")
        assert.match(zipped.headers["content-type"] ?? "", /^text\/javascript/u)
        assert.match(zipped.headers["cache-control"] ?? "", /immutable/u)
        assert.strictEqual(yield* zipped.text, script)
        const etag = zipped.headers["etag"] ?? ""
        assert.notStrictEqual(etag, plain.headers["etag"])
        const again = yield* get("/assets/index-1.js", { "accept-encoding": "gzip", "if-none-match": `"x", ${etag}` })
        assert.strictEqual(again.status, 304)
      })
    )

    it.effect("what is no file of it and no place of it is a problem document", () =>
      Effect.gen(function* () {
        const paths = [
          "/LICENSES",
          "/assets/other.js",
          "/assets/index-1.js.gz",
          "/../package.json",
          "/assets%2findex-1.js"
        ]
        for (const path of paths) {
          const response = yield* get(path)
          assert.strictEqual(response.status, 404, path)
          assert.match(response.headers["content-type"] ?? "", /^application\/problem\+json/u)
        }
        assert.strictEqual((yield* get("/api/v1/nothing", browser)).status, 404)
      })
    )
  })

  layer(serving(false))((it) => {
    it.effect("without a built page says how to build it", () =>
      Effect.gen(function* () {
        const response = yield* get("/", browser)
        assert.strictEqual(response.status, 503)
        assert.include(yield* response.text, "npm run build")
      })
    )
  })
})
