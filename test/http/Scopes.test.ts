import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { OpenApi } from "effect/http-api"
import { Api } from "../../src/http.ts"
import { ask, bearer, problemOf, serving, tokens } from "../support/httpServer.ts"

/** What is read though a body says what. */
const readingPosts: ReadonlySet<string> = new Set([
  "coverage.reportWith",
  "coverage.documentWith",
  "coverage.compare",
  "decisions.preview",
  "lint.file",
  "lint.fileDocument"
])

const lowercase = { GET: "get", POST: "post", PUT: "put", PATCH: "patch", DELETE: "delete" } as const

/** Every operation that asks for a token. */
const operations = Object.entries(OpenApi.fromApi(Api).paths).flatMap(([path, methods]) =>
  (["GET", "POST", "PUT", "PATCH", "DELETE"] as const).flatMap((method) => {
    const operation = methods[lowercase[method]]
    return operation?.security === undefined || operation.security.length === 0
      ? []
      : [{ id: operation.operationId, method, path: path.replaceAll(/\{\w+\}/gu, "x") } as const]
  })
)

layer(serving(tokens))("scopes", (it) => {
  it.effect("are of every operation under /api/v1", () =>
    Effect.sync(() => {
      const all = Object.keys(OpenApi.fromApi(Api).paths).filter((path) => path.startsWith("/api/v1/"))
      assert.strictEqual(new Set(operations.map(({ path }) => path)).size, all.length)
    })
  )

  for (const { id, method, path } of operations) {
    it.effect(`let ${id} be asked for by whom it may`, () =>
      Effect.gen(function* () {
        const without = yield* Effect.flatMap(ask(method, path), problemOf)
        assert.deepStrictEqual([without.status, without.reason], [401, "token"])
        const reads = method === "GET" || readingPosts.has(id)
        const read = yield* ask(method, path, { headers: bearer("reader") })
        assert.strictEqual(read.status === 403, !reads)
        const written = yield* ask(method, path, { headers: bearer("writer") })
        assert.notInclude([401, 403, 500], written.status)
      })
    )
  }
})
