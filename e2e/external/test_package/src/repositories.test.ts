import assert from "node:assert/strict"
import { test } from "node:test"
import { EmbeddingRepository, ReferenceRepository, VectorIndex } from "crosswalk"
import { LibsqlClient } from "crosswalk/libsql"
import { EmbedderConfig, Transformers } from "crosswalk/transformers"
import { Effect, Layer } from "effect"

const Repositories = Layer.mergeAll(ReferenceRepository.layer, EmbeddingRepository.layer).pipe(
  Layer.provide(VectorIndex.layerSql),
  Layer.provide(LibsqlClient.layer({ url: ":memory:" }))
)

test("the bundled model finds by meaning in a database in memory, offline", () =>
  Effect.gen(function* () {
    const embeddings = yield* EmbeddingRepository
    const { embedding } = yield* embeddings.saveWithEmbedding({
      uri: "company:REQ-1",
      title: "Password storage",
      entityType: "requirement",
      description: "Passwords are stored with a slow, salted hash."
    })
    assert.equal(embedding?.vector.length, 384)
    assert.equal(embedding.model.id, "Xenova/all-MiniLM-L6-v2")
    yield* embeddings.saveWithEmbedding({ uri: "company:REQ-2", title: "Backups", entityType: "requirement" })
    const hits = yield* embeddings.findSimilarByText("make guessing of credentials expensive")
    assert.deepEqual(
      hits.map(({ reference }) => reference.uri),
      ["company:REQ-1", "company:REQ-2"]
    )
  }).pipe(Effect.provide(Repositories.pipe(Layer.provide(Transformers.layer({ workers: 1 })))), Effect.runPromise))

test("an invalid model is a ModelLoadError that says what to do", () =>
  Effect.gen(function* () {
    const error = yield* Effect.flip(Layer.build(Transformers.layer({ model: "nobody/no-such-model" })))
    assert.equal(error._tag, "ModelLoadError")
    assert.equal(error.model, "nobody/no-such-model")
    assert.equal(error.reason, "offline")
    assert.ok(error.problem.length > 0)
  }).pipe(Effect.scoped, Effect.runPromise))

test("an invalid type of embedder is a ValidationError that names the types", () =>
  Effect.gen(function* () {
    const error = yield* Effect.flip(Layer.build(EmbedderConfig.layerOf({ type: "oracle" })))
    assert.equal(error._tag, "ValidationError")
    assert.match(error.message, /embedder\.type.*"transformers" or "deterministic"/)
  }).pipe(Effect.scoped, Effect.runPromise))
