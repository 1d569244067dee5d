import { request as httpRequest } from "node:http"
import { assert, describe, it, layer } from "@effect/vitest"
import { Effect, Layer, Redacted } from "effect"
import type { PolicyOptions, Token } from "../../src/http.ts"
import { EmbeddingRepository } from "../../src/storage/EmbeddingRepository.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import { RelationRepository } from "../../src/storage/RelationRepository.ts"
import { Search } from "../../src/search/Search.ts"
import { ask, base, client, problemOf, serving as serverOf } from "../support/httpServer.ts"

const fill = Layer.effectDiscard(
  Effect.gen(function* () {
    const references = yield* ReferenceRepository
    yield* references.saveMany(
      ["1.1", "1.2", "1.10", "2.1"].map((identifier, i) => ({
        uri: `a:1/${identifier}`,
        title: `Passwords are kept safe ${identifier}`,
        entityType: "requirement",
        catalog: "a@1",
        identifier,
        tags: i < 2 ? ["x", "y"] : ["x"],
        metadata: { level: i + 1 }
      }))
    )
    yield* references.save({
      uri: `b:1/${"long ".repeat(60)}/?#%`,
      title: "Logs",
      entityType: "control",
      catalog: "b@1"
    })
    yield* (yield* RelationRepository).save({
      sources: ["a:1/1.1"],
      targets: ["a:1/1.2"],
      type: "intersects"
    })
    yield* (yield* EmbeddingRepository).updateAllEmbeddings()
  })
)

/** A server that has something to read. */
const serving = (tokens: ReadonlyArray<Token>, options: PolicyOptions = {}) =>
  Layer.provideMerge(fill, serverOf(tokens, options))

const get = (path: string, headers: Record<string, string> = {}) => ask("GET", path, { headers })

/** A request with headers that `fetch` does not send, such as Host. */
const raw = (path: string, headers: Record<string, string>) =>
  Effect.flatMap(base, (base) =>
    Effect.callback<number>((resume) => {
      httpRequest(`${base}${path}`, { headers }, (response) => {
        response.resume()
        resume(Effect.succeed(response.statusCode ?? 0))
      }).end()
    })
  )

layer(serving([]))("an open server", (it) => {
  it.effect("gives what the services give", () =>
    Effect.gen(function* () {
      const api = yield* client
      const { search } = yield* Search
      const { findPage } = yield* ReferenceRepository
      const options = { mode: "hybrid", limit: 2, facets: true } as const
      assert.deepStrictEqual(
        yield* api.search.search({
          query: { q: "passwords", where: [{ path: "level", operator: "<=", value: 2 }], ...options }
        }),
        {
          ...(yield* search("passwords", {
            ...options,
            filter: { metadata: [{ path: "level", operator: "<=", value: 2 }] }
          }))
        }
      )
      assert.deepStrictEqual(
        yield* api.references.list({ query: { tag: ["x", "y"], catalog: "a@1" } }),
        yield* findPage({ filter: { tags: ["x", "y"], catalog: "a@1" } })
      )
      assert.strictEqual((yield* api.status()).references, 5)
      assert.deepStrictEqual(
        (yield* api.references.catalogs({ query: {} })).catalogs.map(({ id }) => id),
        ["a@1", "b@1"]
      )
      const [relation] = (yield* api.references.relations({ params: { uri: "a:1/1.1" }, query: {} })).relations
      assert.deepStrictEqual(relation?.targets, ["a:1/1.2"])
      const { similar } = yield* api.references.similar({ params: { uri: "a:1/1.1" }, query: { limit: 1 } })
      assert.strictEqual(similar.length, 1)
    })
  )

  it.effect("pages through all references once, in natural order, also where some go meanwhile", () =>
    Effect.gen(function* () {
      const api = yield* client
      const uris: Array<string> = []
      let after: string | undefined
      do {
        const page = yield* api.references.list({ query: { limit: 2, after, catalog: "a@1" } })
        uris.push(...page.references.map(({ uri }) => uri))
        after = page.next
      } while (after !== undefined)
      assert.deepStrictEqual(uris, ["a:1/1.1", "a:1/1.2", "a:1/1.10", "a:1/2.1"])
    })
  )

  it.effect("gives a reference by any URI, and only once where it has not changed", () =>
    Effect.gen(function* () {
      const api = yield* client
      const { findPage } = yield* ReferenceRepository
      for (const reference of (yield* findPage()).references) {
        const found = yield* api.references.get({ params: { uri: reference.uri }, headers: {} })
        assert.deepStrictEqual(found?.body, reference)
        const again = yield* get(`/api/v1/references/${encodeURIComponent(reference.uri)}`, {
          "if-none-match": `W/"other", W/${found?.headers.etag}`
        })
        assert.strictEqual(again.status, 304)
        assert.strictEqual(again.headers["etag"], found?.headers.etag)
      }
    })
  )

  const wrong: ReadonlyArray<readonly [path: string, status: number, reason: string, field?: string]> = [
    ["/api/v1/search", 400, "missing", "q"],
    ["/api/v1/search?q=%20", 400, "invalid", "q"],
    ["/api/v1/search?q=a&q=b", 400, "type", "q"],
    ["/api/v1/search?q=a&limit=ten", 400, "invalid", "limit"],
    ["/api/v1/search?q=a&limit=0", 400, "invalid", "limit"],
    ["/api/v1/search?q=a&limit=1001", 400, "invalid", "limit"],
    ["/api/v1/search?q=a&mode=fast", 400, "invalid", "mode"],
    ["/api/v1/search?q=a&top=3", 400, "unexpected", "top"],
    ["/api/v1/search?q=a&where=level", 400, "invalid", "where.0"],
    ["/api/v1/search?q=a&facets=maybe", 400, "invalid", "facets"],
    ["/api/v1/references?catalog=%00", 400, "invalid", "catalog"],
    ["/api/v1/references?after=x", 400, "invalid", "after"],
    ["/api/v1/references/nothing", 404, "reference"],
    ["/api/v1/references/nothing/similar", 404, "reference"],
    ["/api/v1/references/nothing/relations", 404, "reference"],
    ["/api/v1/references/a%3A1%2F1.1/relations?direction=up", 400, "invalid", "direction"],
    ["/nothing", 404, "no-route"],
    ["/api/v1/references/%zz", 404, "no-route"],
    [`/api/v1/search?q=${"a".repeat(9000)}`, 414, "too-long"]
  ]
  for (const [path, status, reason, field] of wrong) {
    it.effect(`tells what is wrong with ${path.slice(0, 60)}`, () =>
      Effect.gen(function* () {
        const problem = yield* Effect.flatMap(get(path), problemOf)
        assert.deepStrictEqual([problem.status, problem.reason, problem.field], [status, reason, field])
      })
    )
  }

  it.effect("answers for names of its own only, and for its own pages", () =>
    Effect.gen(function* () {
      const own = (yield* base).replace("http://", "")
      assert.strictEqual(yield* raw("/health", {}), 200)
      assert.strictEqual(yield* raw("/health", { host: "localhost:1" }), 200)
      for (const host of ["example.org", "127.0.0.1.example.org", "localhost.example.org:80"]) {
        assert.notStrictEqual(yield* raw("/health", { host }), 200, host)
      }
      assert.strictEqual(yield* raw("/health", { origin: `http://${own}` }), 200)
      for (const origin of ["http://example.org", "null", `http://${own}.example.org`, "http://localhost:1"]) {
        assert.strictEqual(yield* raw("/health", { origin }), 403, origin)
      }
    })
  )

  it.effect("tells browsers to run nothing of others, on every answer", () =>
    Effect.gen(function* () {
      for (const path of ["/health", "/nothing", "/api/v1/search", "/docs", "/openapi.json", "/metrics"]) {
        const { headers } = yield* get(path)
        assert.strictEqual(headers["x-content-type-options"], "nosniff", path)
        const policy = headers["content-security-policy"] ?? ""
        assert.include(policy, "default-src 'none'", path)
        assert.notMatch(policy, /script-src[^;]*'unsafe/u, path)
      }
    })
  )

  it.effect("has a page that documents it and asks nobody else", () =>
    Effect.gen(function* () {
      const page = yield* get("/docs")
      assert.strictEqual(page.status, 200)
      const html = yield* page.text
      // What the page would load by itself: its scripts are inside.
      assert.notMatch(html.replace(/<script\b[^>]*>[\s\S]*?<\/script>/gu, ""), /\b(?:src|href)\s*=\s*["']?https?:/u)
      const metrics = yield* Effect.flatMap(get("/metrics"), (response) => response.text)
      assert.include(metrics, "# TYPE crosswalk_search_hits histogram")
    })
  )
})

const reader: Token = { name: "ci", scope: "read", token: Redacted.make("a-token-to-read-with") }

layer(serving([reader]))("a server with tokens", (it) => {
  it.effect("asks for one, and knows it", () =>
    Effect.gen(function* () {
      const path = "/api/v1/catalogs"
      assert.strictEqual((yield* get("/health")).status, 200)
      for (const headers of [{}, { authorization: "Bearer other" }, { authorization: "Basic YTpi" }]) {
        const problem = yield* Effect.flatMap(get(path, headers), problemOf)
        assert.deepStrictEqual([problem.status, problem.reason], [401, "token"])
      }
      assert.strictEqual((yield* get(path, { authorization: `Bearer ${Redacted.value(reader.token)}` })).status, 200)
    })
  )
})

describe("limits", () => {
  it.live("send away what would wait too long, and say when to come again", () =>
    Effect.gen(function* () {
      const all = yield* Effect.forEach(Array.from({ length: 40 }), () => get("/api/v1/search?q=passwords"), {
        concurrency: "unbounded"
      })
      const statuses = new Set(all.map(({ status }) => status))
      assert.isTrue(statuses.has(200))
      for (const response of all) {
        if (response.status === 200) continue
        assert.strictEqual((yield* problemOf(response)).reason, "busy")
        assert.strictEqual(response.headers["retry-after"], "1")
      }
    }).pipe(Effect.provide(serving([], { maxConcurrent: 1, maxWaiting: 1 })))
  )
})
