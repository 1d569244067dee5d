import { describe, expect, it } from "@effect/vitest"
import { Effect, Layer, Schema } from "effect"
import { Status, StoreStatus } from "../../src/catalog/Status.ts"
import { EmbeddingRepository } from "../../src/storage/EmbeddingRepository.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import { TestStore } from "../../src/testing.ts"

const read = Effect.flatMap(Status, ({ read }) => read)

const two = Effect.gen(function* () {
  const rule = { title: "Passwords are hashed", entityType: "rule", catalog: "rules@1" }
  yield* EmbeddingRepository.use(({ saveWithEmbedding }) => saveWithEmbedding({ ...rule, uri: "r:1" }))
  yield* ReferenceRepository.use(({ save }) => save({ ...rule, uri: "r:2" }))
})

describe("Status", () => {
  it.effect("tells what is stored and what of it is embedded, and is JSON both ways", () =>
    Effect.gen(function* () {
      expect(yield* read).toMatchObject({ references: 0, catalogs: [] })
      yield* two
      const status = yield* read
      expect(status).toMatchObject({
        references: 2,
        catalogs: [{ id: "rules@1", references: 2, embedded: 1 }],
        embeddings: { fresh: 1, missing: 1, otherModel: 0 },
        model: { dimensions: 384 }
      })
      const json = Schema.toCodecJson(StoreStatus)
      expect(Schema.decodeUnknownSync(json)(JSON.parse(JSON.stringify(Schema.encodeSync(json)(status))))).toEqual(
        status
      )
    }).pipe(Effect.provide(TestStore.layer))
  )

  it.effect("tells what is stored without an embedder", () =>
    Effect.gen(function* () {
      yield* two
      const status = yield* read
      expect(status).toMatchObject({ references: 2 })
      expect("embeddings" in status || "model" in status).toBe(false)
    }).pipe(Effect.provide(Status.layerReferences.pipe(Layer.provideMerge(TestStore.layer))))
  )
})
