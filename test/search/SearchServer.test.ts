import { assert, describe, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import * as Deterministic from "../../src/embedder/Deterministic.ts"
import { Search } from "../../src/search/Search.ts"
import type { SearchOptions } from "../../src/search/SearchOptions.ts"
import { EmbeddingRepository } from "../../src/storage/EmbeddingRepository.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import { VectorIndex } from "../../src/storage/VectorIndex.ts"
import * as Sqld from "../support/sqld.ts"

const skipped = Sqld.unavailable

const stored = Layer.effectDiscard(
  Effect.gen(function* () {
    const references = yield* ReferenceRepository
    yield* references.saveMany(
      Array.from({ length: 40 }, (_, i) => ({
        uri: `r:${i}`,
        title: `Rule ${i}`,
        description: `Verify that ${["passwords", "sessions", "鍵の管理", "backups"][i % 4]} number ${i} are safe.`,
        entityType: "rule",
        catalog: "rules@1",
        tags: [`tag${i % 2}`],
        metadata: { level: i % 3 }
      }))
    )
    yield* references.learnBoilerplate("rules@1")
    yield* (yield* EmbeddingRepository).updateAllEmbeddings()
  })
).pipe(
  Layer.provideMerge(Layer.mergeAll(Search.layer, EmbeddingRepository.layer, ReferenceRepository.layer)),
  Layer.provide(VectorIndex.layerSql),
  Layer.provide(Layer.merge(Sqld.layerPrimary(), Deterministic.layer()))
)

const find = (query: string, options?: SearchOptions) =>
  Effect.map(
    Search.use(({ search }) => search(query, options)),
    ({ hits }) => hits.map(({ reference }) => reference.uri)
  )

describe.skipIf(skipped !== undefined)(`a search on a libSQL server ${skipped ?? ""}`, () => {
  layer(stored)((it) => {
    it.effect("answers in every mode, by words, parts of words and two letters", () =>
      Effect.gen(function* () {
        for (const mode of ["hybrid", "semantic", "keyword"] as const) {
          assert.strictEqual((yield* find("verify that passwords number 8", { mode }))[0], "r:8")
        }
        assert.strictEqual((yield* find("sess*", { mode: "keyword", limit: 100 })).length, 10)
        assert.strictEqual((yield* find("管理", { mode: "keyword", limit: 100 })).length, 10)
        assert.strictEqual((yield* find("鍵", { mode: "keyword", limit: 100 })).length, 10)
      })
    )

    it.effect("filters and counts", () =>
      Effect.gen(function* () {
        const { search } = yield* Search
        const { facets, hits } = yield* search("passwords", {
          limit: 100,
          facets: true,
          filter: { tags: ["tag0"], metadata: [{ path: "level", operator: ">=", value: 2 }] }
        })
        assert.strictEqual(hits.length, 7)
        assert.deepStrictEqual(facets?.tags, [{ value: "tag0", count: 7 }])
      })
    )
  })
})
