import { assert, describe, it, layer } from "@effect/vitest"
import { Effect } from "effect"
import { TokenList } from "../../src/http.ts"
import { firstWrong } from "../../src/http/access/WellFormed.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import { ask, bearer, problemOf, serving, tokens } from "../support/httpServer.ts"

const bytes = (...parts: ReadonlyArray<string | number>) =>
  Uint8Array.from(parts.flatMap((part) => (typeof part === "string" ? [...new TextEncoder().encode(part)] : [part])))

describe("the first byte that is no UTF-8", () => {
  it("is found wherever it is", () => {
    assert.strictEqual(firstWrong(bytes("Käse – 🧀")), undefined)
    assert.strictEqual(firstWrong(bytes(0xff)), 0)
    assert.strictEqual(firstWrong(bytes("Kä", 0xe4, "se")), 3)
    assert.strictEqual(firstWrong(bytes("cut off: ", 0xf0, 0x9f)), 9)
    assert.strictEqual(firstWrong(bytes("a surrogate: ", 0xed, 0xa0, 0x80)), 13)
  })
})

layer(serving(tokens))("what is no UTF-8", (it) => {
  it.effect("is refused in a body of JSON, and nothing is written", () =>
    Effect.gen(function* () {
      const body = bytes('{"title":"Log', 0xe4, '","entityType":"note"}')
      const headers = { ...bearer("writer"), "content-type": "application/json" }
      const problem = yield* Effect.flatMap(ask("PUT", "/api/v1/references/n%3A1", { body, headers }), problemOf)
      assert.deepInclude(problem, {
        status: 400,
        reason: "encoding",
        detail: "The body is not UTF-8: see its byte 13 (the first is 0)"
      })
      assert.strictEqual(yield* (yield* ReferenceRepository).count(), 0)
      const nobody = yield* Effect.flatMap(ask("PUT", "/api/v1/references/n%3A1", { body }), problemOf)
      assert.strictEqual(nobody.status, 401)
    })
  )

  it.effect("is refused in a query, where it is told", () =>
    Effect.gen(function* () {
      for (const [query, field] of [
        ["q=caf%E9", "q"],
        ["limit=1&q=%C3", "q"],
        ["q=a&%FF=1", undefined]
      ] as const) {
        const path = `/api/v1/search?${query}`
        const problem = yield* Effect.flatMap(ask("GET", path, { headers: bearer("reader") }), problemOf)
        assert.deepInclude({ field: undefined, ...problem }, { status: 400, reason: "encoding", field }, query)
      }
      const good = yield* ask("GET", "/api/v1/search?mode=keyword&q=caf%C3%A9+100%25", { headers: bearer("reader") })
      assert.strictEqual(good.status, 200)
    })
  )

  it.effect("finds nothing in a path", () =>
    Effect.gen(function* () {
      const found = yield* ask("GET", "/api/v1/references/%FF", { headers: bearer("reader") })
      assert.strictEqual((yield* problemOf(found)).status, 404)
    })
  )

  it.effect("is no name of a token", () =>
    Effect.gen(function* () {
      const text = new TextDecoder().decode(bytes("Andr", 0xe9, " write a-token-to-write-with\n"))
      const error = yield* Effect.flip(TokenList.parse(text, "tokens"))
      assert.deepInclude(error, { field: "tokens, line 1", constraint: "is not UTF-8" })
    })
  )
})

describe("a list of tokens", () => {
  it.effect("has each token once", () =>
    Effect.gen(function* () {
      const token = "a-token-to-write-with"
      const error = yield* Effect.flip(TokenList.parse(`Ann read ${token}\nBob write ${token}\n`, "tokens"))
      assert.deepInclude(error, { field: "tokens, line 2", constraint: "repeats the token of another line" })
      assert.notInclude(JSON.stringify(error), token)
    })
  )
})
