import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { ModelInfo } from "../../src/domain/Embedding.ts"
import * as Deterministic from "../../src/embedder/Deterministic.ts"
import { decoded, Embedder } from "../../src/embedder/Embedder.ts"
import * as LibsqlClient from "../../src/libsql/LibsqlClient.ts"
import * as Doctor from "../../src/storage/Doctor.ts"
import { EmbeddingRepository } from "../../src/storage/EmbeddingRepository.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import { VectorIndex } from "../../src/storage/VectorIndex.ts"

/** An embedder that reads four words. */
const fourWords = Layer.effect(
  Embedder,
  Effect.map(Embedder, ({ embed, model }) => {
    const lengths = new WeakMap<Float32Array, number>()
    const counting = (text: string) =>
      Effect.tap(embed(text), (vector) => Effect.sync(() => lengths.set(vector, text.split(/\s+/u).length)))
    return decoded({
      model: new ModelInfo({ ...model, maxLength: 4, fingerprint: "four-words" }),
      embed: counting,
      embedMany: (texts) => Effect.forEach(texts, counting),
      tokensOf: (vector) => lengths.get(vector)
    })
  })
).pipe(Layer.provide(Deterministic.layer()))

const storeOf = (embedder: Layer.Layer<Embedder>) =>
  EmbeddingRepository.layer.pipe(
    Layer.provideMerge(Layer.merge(ReferenceRepository.layer, VectorIndex.layerSql)),
    Layer.provideMerge(Layer.merge(embedder, LibsqlClient.layer({ url: ":memory:" })))
  )

const titled = (id: string, title: string, catalog = "a@1") => ({ uri: id, title, entityType: "rule", catalog })

const lengths = Effect.map(Doctor.run, (checks) => checks.find(({ name }) => name === "text lengths"))

describe("texts that are longer than the model reads", () => {
  it.effect(
    "are counted and named, by catalog, however they were embedded, and no longer when they are shortened",
    () =>
      Effect.gen(function* () {
        const { cutTexts, saveWithEmbedding, updateAllEmbeddings } = yield* EmbeddingRepository
        const { save, saveMany } = yield* ReferenceRepository
        assert.deepStrictEqual(yield* cutTexts(), { count: 0, unknown: 0, maxLength: 4, longest: [] })
        yield* saveMany([
          titled("a:1", "one two three four"),
          titled("a:2", "one two three four five"),
          titled("b:1", "one two three four five six", "b@1")
        ])
        yield* updateAllEmbeddings()
        yield* saveWithEmbedding(titled("a:3", "one two three four five six seven"))
        const [a2, b1, a3] = [
          { uri: "a:2", tokens: 5 },
          { uri: "b:1", tokens: 6 },
          { uri: "a:3", tokens: 7 }
        ]
        assert.deepStrictEqual(yield* cutTexts(), { count: 3, unknown: 0, maxLength: 4, longest: [a3, b1, a2] })
        assert.deepStrictEqual(yield* cutTexts({ catalog: "a@1", limit: 1 }), {
          ...{ count: 2, unknown: 0 },
          ...{ maxLength: 4, longest: [a3] }
        })
        const found = yield* lengths
        assert.deepInclude(found, { status: "ok" })
        assert.include(found?.detail, "3 of 4 texts are longer than the 4 tokens")
        assert.include(found?.detail, "a:3 (7), b:1 (6), a:2 (5)")
        yield* save(titled("a:3", "short"))
        yield* updateAllEmbeddings()
        assert.strictEqual((yield* cutTexts()).count, 2)
      }).pipe(Effect.provide(storeOf(fourWords)))
  )

  it.effect("are not known where an earlier version embedded them, until they are embedded again", () =>
    Effect.gen(function* () {
      const { cutTexts, saveWithEmbedding, updateAllEmbeddings } = yield* EmbeddingRepository
      const sql = yield* SqlClient.SqlClient
      yield* saveWithEmbedding(titled("a:1", "one two three four five"))
      yield* sql`UPDATE crosswalk_embedding SET tokens = NULL`
      assert.deepInclude(yield* cutTexts(), { count: 0, unknown: 1 })
      assert.include((yield* lengths)?.detail, "of 1 of 1 the length is not known")
      assert.strictEqual((yield* lengths)?.status, "ok")
      yield* updateAllEmbeddings({ force: true })
      assert.deepInclude(yield* cutTexts(), { count: 1, unknown: 0 })
    }).pipe(Effect.provide(storeOf(fourWords)))
  )

  it.effect("are unknown with an embedder that does not tell lengths", () =>
    Effect.gen(function* () {
      const { cutTexts, saveWithEmbedding } = yield* EmbeddingRepository
      yield* saveWithEmbedding(titled("a:1", "one two three four five"))
      assert.deepInclude(yield* cutTexts(), { count: 0, unknown: 1, longest: [] })
    }).pipe(Effect.provide(storeOf(Deterministic.layer())))
  )
})
