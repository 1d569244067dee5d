import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import * as Deterministic from "../../src/embedder/Deterministic.ts"
import * as LibsqlClient from "../../src/libsql/LibsqlClient.ts"
import { Search } from "../../src/search/Search.ts"
import type { SearchMode } from "../../src/search/SearchOptions.ts"
import { EmbeddingRepository } from "../../src/storage/EmbeddingRepository.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import { VectorIndex } from "../../src/storage/VectorIndex.ts"
import * as LoopbackProxy from "../support/loopbackProxy.ts"
import * as Sqld from "../support/sqld.ts"

const skipped = Sqld.unavailable

describe.skipIf(skipped !== undefined)(`a search on a libSQL server ${skipped ?? ""}`, () => {
  it.live("asks it few times", () =>
    Effect.gen(function* () {
      const server = yield* Sqld.primary()
      const proxy = yield* LoopbackProxy.make(server.url)
      yield* Effect.gen(function* () {
        yield* ReferenceRepository.use(({ saveMany }) =>
          saveMany([
            {
              uri: "a:1",
              title: "Parsers prevent XML eXternal Entity (XXE) attacks",
              entityType: "rule",
              catalog: "a@1"
            },
            { uri: "a:2", title: "A software bill of materials (SBOM) is kept", entityType: "rule", catalog: "a@1" },
            { uri: "b:1", title: "Software has a bill of its materials", entityType: "rule", catalog: "b@1" }
          ])
        )
        yield* ReferenceRepository.use(({ learnBoilerplate }) => learnBoilerplate("a@1"))
        yield* EmbeddingRepository.use(({ updateAllEmbeddings }) => updateAllEmbeddings())
        const { search } = yield* Search
        const requestsOf = Effect.fnUntraced(function* (query: string, mode: SearchMode) {
          const before = proxy.requests()
          const { hits } = yield* search(query, { mode })
          return { requests: proxy.requests() - before, added: hits[0]?.explanation.added?.length ?? 0 }
        })
        for (const [mode, plain] of [
          ["keyword", 4],
          ["semantic", 5],
          ["hybrid", 7]
        ] as const) {
          assert.deepStrictEqual(yield* requestsOf("bill of things", mode), { requests: plain, added: 0 }, mode)
          // What all abbreviations stand for is asked at once.
          const query = "xxe and sbom of things, with sbom"
          assert.deepStrictEqual(yield* requestsOf(query, mode), { requests: plain + 1, added: 2 }, mode)
        }
      }).pipe(
        Effect.provide(
          Layer.mergeAll(Search.layer, EmbeddingRepository.layer, ReferenceRepository.layer).pipe(
            Layer.provide(VectorIndex.layerSql),
            Layer.provide(Layer.merge(LibsqlClient.layer({ url: proxy.url }), Deterministic.layer()))
          )
        )
      )
    })
  )
})
