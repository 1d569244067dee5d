import { assert, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import type { Filter } from "../../src/domain/Filter.ts"
import * as Deterministic from "../../src/embedder/Deterministic.ts"
import * as LibsqlClient from "../../src/libsql/LibsqlClient.ts"
import { EmbeddingRepository } from "../../src/storage/EmbeddingRepository.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import { VectorIndex } from "../../src/storage/VectorIndex.ts"
import * as Usearch from "../../src/vectors/Usearch.ts"

it.effect("under a filter, whatever share passes it, the nearest that pass are found, as in SQL", () =>
  Effect.gen(function* () {
    const { saveMany } = yield* ReferenceRepository
    const { findSimilarByText, updateAllEmbeddings } = yield* EmbeddingRepository
    yield* saveMany(
      Array.from({ length: 900 }, (_, i) => ({
        uri: `r:${i}`,
        title: `Rule ${i} of ${["doors", "keys", "logs", "nets"][i % 4]} and ${i % 13}`,
        entityType: "rule",
        tags: [...(i % 2 === 0 ? ["half"] : []), ...(i % 4 === 1 ? ["keys"] : []), ...(i % 300 === 7 ? ["rare"] : [])],
        metadata: { part: i % 3, one: i === 899, inner: { part: i % 3 } }
      }))
    )
    yield* updateAllEmbeddings()
    const inSql = yield* EmbeddingRepository.use(Effect.succeed).pipe(
      Effect.provide(Layer.fresh(EmbeddingRepository.layer).pipe(Layer.provide(VectorIndex.layerSql)))
    )
    const filters: ReadonlyArray<Filter> = [
      ...(
        [
          ["part", "=", 1],
          ["part", ">=", 1],
          ["part", "!=", 1],
          ["inner.part", "=", 1],
          ["one", "=", true],
          ["one", "=", "none"]
        ] as const
      ).map(([path, operator, value]) => ({ metadata: [{ path, operator, value }] })),
      { tags: ["half"] },
      { tags: ["rare"] },
      // Of these none is near to nets.
      { tags: ["keys"] },
      { tags: ["keys", "half"] },
      { tags: ["half"], metadata: [{ path: "part", operator: "<", value: 1 }] }
    ]
    for (const filter of filters) {
      const options = { limit: 12, filter }
      for (const text of ["keys of a house", "rule 7", "nets and 12"]) {
        const uris = (all: ReadonlyArray<{ readonly reference: { readonly uri: string } }>) =>
          all.map(({ reference }) => reference.uri)
        assert.deepStrictEqual(
          uris(yield* findSimilarByText(text, options)),
          uris(yield* inSql.findSimilarByText(text, options))
        )
      }
    }
  }).pipe(
    Effect.provide(
      Layer.mergeAll(ReferenceRepository.layer, EmbeddingRepository.layer).pipe(
        Layer.provide(Usearch.layer()),
        Layer.provideMerge(
          Layer.merge(LibsqlClient.layer({ url: ":memory:" }), Deterministic.layer({ dimensions: 32 }))
        )
      )
    )
  )
)
