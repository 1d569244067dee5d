import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as Identifier from "../../src/domain/Identifier.ts"
import { Search } from "../../src/search/Search.ts"
import { TestStore } from "../../src/testing.ts"

layer(TestStore.layer)("a query", (it) => {
  it.effect("is not longer than anybody writes one, and no identifier is too long to be compared", () =>
    Effect.gen(function* () {
      const { search } = yield* Search
      yield* search("x".repeat(100_000), { mode: "keyword" })
      for (const mode of ["keyword", "semantic", "hybrid"] as const) {
        const error = yield* Effect.flip(search("鍵".repeat(12_000_000), { mode }))
        assert.deepInclude(error, { _tag: "ValidationError", field: "query" })
      }
      assert.match(Identifier.normal("鍵".repeat(12_000_000)), /^鍵+$/u)
    })
  )
})
