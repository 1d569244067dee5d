import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Queue, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { TestClock } from "effect/testing"
import { Readiness } from "../../src/catalog/Readiness.ts"
import { Status, StoreStatus } from "../../src/catalog/Status.ts"
import { ModelLoadError } from "../../src/domain/ModelLoadError.ts"
import { EmbeddingRepository } from "../../src/storage/EmbeddingRepository.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import { TestStore } from "../../src/testing.ts"
import { storeWithModel } from "../support/failingModel.ts"

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

  it.effect("tells whether the database, the model and the vectors can be used", () =>
    Effect.gen(function* () {
      const ready = Status.use(({ ready }) => ready)
      expect(yield* ready).toEqual(new Readiness({ database: { ok: true }, model: { ok: true }, index: { ok: true } }))
      yield* two
      const { index } = yield* ready
      expect(index).toEqual({ ok: false, detail: "1 references have no embedding of the model in use" })
      expect(yield* Effect.provide(ready, Status.layerReferences)).toEqual(new Readiness({ database: { ok: true } }))
      const sql = yield* SqlClient.SqlClient
      yield* sql`UPDATE crosswalk_embedding_model SET fingerprint = 'another'`
      expect((yield* ready).index).toMatchObject({ detail: "2 references have no embedding of the model in use" })
      yield* sql`DROP TABLE crosswalk_embedding`
      expect(yield* ready).toMatchObject({ database: { ok: false }, model: { ok: true }, index: { ok: false } })
    }).pipe(Effect.provide(TestStore.layer))
  )

  it.effect("tells without secrets that the model fails", () =>
    Effect.gen(function* () {
      const { model } = yield* Status.use(({ ready }) => ready)
      expect(model).toEqual({ ok: false, detail: "The model gives no vectors (ModelLoadError, damaged)" })
    }).pipe(
      Effect.provide(
        storeWithModel(
          Effect.fail(new ModelLoadError({ model: "m", reason: "damaged", problem: "/home/me/m is damaged" }))
        )
      )
    )
  )

  it.effect("waits two seconds for the model, once in ten", () =>
    Effect.gen(function* () {
      const asked = yield* Queue.unbounded<true>()
      const hanging = Effect.andThen(Queue.offer(asked, true), Effect.never)
      yield* Effect.gen(function* () {
        const ready = Status.use(({ ready }) => ready)
        const first = yield* Effect.forkChild(ready)
        yield* Queue.take(asked)
        yield* TestClock.adjust("2 seconds")
        const model = { ok: false, detail: "The model has not answered yet" }
        expect(yield* Fiber.join(first)).toMatchObject({ database: { ok: true }, model, index: { ok: true } })
        expect(yield* ready).toMatchObject({ model })
        expect(yield* Queue.size(asked)).toBe(0)
      }).pipe(Effect.provide(storeWithModel(hanging)))
    })
  )
})
