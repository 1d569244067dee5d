import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { Search } from "../../src/search/Search.ts"
import { EmbeddingRepository } from "../../src/storage/EmbeddingRepository.ts"
import { editions } from "../support/editions.ts"
import { ask, client, problemOf, serving } from "../support/httpServer.ts"

const embedded = Layer.effectDiscard(EmbeddingRepository.use(({ updateAllEmbeddings }) => updateAllEmbeddings()))

layer(Layer.provideMerge(Layer.provideMerge(embedded, editions), serving()))("search over HTTP", (it) => {
  it.effect("takes every option that the service has", () =>
    Effect.gen(function* () {
      const api = yield* client
      const { search } = yield* Search
      const q = "sessions end without activity"
      const plain = yield* api.search.search({ query: { q } })
      assert.deepStrictEqual(plain, { ...(yield* search(q)) })
      for (const options of [{ fusion: "rrf" }, { semanticWeight: 0.1 }, { onlyRelevant: true }] as const) {
        const found = yield* api.search.search({ query: { q, ...options } })
        assert.deepStrictEqual(found, { ...(yield* search(q, options)) })
        assert.notDeepEqual(found.hits, plain.hits)
      }
      const { hits } = yield* api.search.search({ query: { q, level: "1", catalog: "norm@2", tag: ["sessions"] } })
      assert.deepStrictEqual(
        hits.map(({ reference }) => reference.uri),
        ["norm:2/2"]
      )
      assert.isAbove(hits[0]?.explanation.keyword?.contribution ?? 0, 0)
    })
  )

  for (const [query, field] of [
    ["semanticWeight=2", "semanticWeight"],
    ["fusion=sum", "fusion"],
    ["level=%00", "level"]
  ] as const) {
    it.effect(`tells what is wrong with ${query}`, () =>
      Effect.gen(function* () {
        const problem = yield* Effect.flatMap(ask("GET", `/api/v1/search?q=a&${query}`), problemOf)
        assert.deepStrictEqual([problem.status, problem.reason, problem.field], [400, "invalid", field])
      })
    )
  }
})
