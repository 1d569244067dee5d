import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Metric, Queue, Schema } from "effect"
import { TestClock } from "effect/testing"
import { Degraded, Metrics, SearchResult } from "../../src/index.ts"
import { EmbeddingError } from "../../src/domain/EmbeddingError.ts"
import { ModelLoadError } from "../../src/domain/ModelLoadError.ts"
import type { EmbedderError } from "../../src/embedder/Embedder.ts"
import { Search } from "../../src/search/Search.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import { storeWithModel } from "../support/failingModel.ts"

const broken = new ModelLoadError({
  model: "m",
  reason: "damaged",
  problem: "its weights are not what they should be",
  remedy: { action: "reinstall" }
})
const down = new EmbeddingError({ text: "passwords", reason: "unavailable", problem: "the provider is down" })

const fill = Layer.effectDiscard(
  ReferenceRepository.use(({ saveMany }) =>
    saveMany(
      ["AC-1", "AC-2"].map((identifier) => ({
        uri: `a:1/${identifier}`,
        title: `Passwords are hashed ${identifier}`,
        entityType: "requirement",
        catalog: "a@1",
        identifier
      }))
    )
  )
)

const store = (embed: Effect.Effect<Float32Array, EmbedderError>) => Layer.provideMerge(fill, storeWithModel(embed))

describe("a search whose model fails", () => {
  for (const error of [broken, down]) {
    it.effect(`compares words alone, and says why: ${error.reason}`, () =>
      Effect.gen(function* () {
        const { search } = yield* Search
        for (const query of ["hashed passwords", "AC-2 passwords"]) {
          const { degraded, ...found } = yield* search(query, { facets: true })
          const byKeyword = yield* search(query, { facets: true, mode: "keyword" })
          assert.deepStrictEqual(new SearchResult(found), byKeyword)
          assert.isAbove(found.hits.length, 0)
          assert.deepStrictEqual(degraded, Degraded.of(error))
        }
        const { count } = yield* Metric.value(Metric.withAttributes(Metrics.degraded, { reason: error.reason }))
        assert.strictEqual(count, 2)
      }).pipe(Effect.provide(store(Effect.fail(error))), Effect.provideService(Metric.MetricRegistry, new Map()))
    )

    it.effect(`fails where meaning is asked for: ${error.reason}`, () =>
      Effect.gen(function* () {
        const { search } = yield* Search
        assert.strictEqual(yield* Effect.flip(search("passwords", { mode: "semantic" })), error)
        assert.strictEqual(yield* Effect.flip(search("passwords", { degrade: false })), error)
        assert.isUndefined((yield* search("passwords", { mode: "keyword" })).degraded)
      }).pipe(Effect.provide(store(Effect.fail(error))))
    )
  }

  it.effect("is told as JSON, without the query and the cause", () =>
    Effect.gen(function* () {
      const { search } = yield* Search
      const json = yield* Schema.encodeEffect(Schema.toCodecJson(SearchResult))(
        yield* search("passwords", { limit: 0 })
      )
      assert.deepStrictEqual(json, {
        hits: [],
        unsearched: 0,
        degraded: {
          error: "EmbeddingError",
          reason: "unavailable",
          problem: "the provider is down",
          isRetryable: true
        }
      })
    }).pipe(Effect.provide(store(Effect.fail(down))))
  )

  it.effect("waits no longer than it may, and not again for as long", () =>
    Effect.gen(function* () {
      const asked = yield* Queue.unbounded<true>()
      const hanging = Effect.andThen(Queue.offer(asked, true), Effect.never)
      yield* Effect.gen(function* () {
        const { search } = yield* Search
        const first = yield* Effect.forkChild(search("passwords"))
        yield* Queue.take(asked)
        yield* TestClock.adjust("10 seconds")
        const { degraded, hits } = yield* Fiber.join(first)
        assert.deepInclude(degraded, { reason: "timeout", isRetryable: true })
        assert.strictEqual(hits.length, 2)
        assert.strictEqual((yield* search("passwords")).degraded?.reason, "timeout")
        assert.strictEqual((yield* Effect.flip(search("passwords", { mode: "semantic" }))).reason, "timeout")
        assert.strictEqual(yield* Queue.size(asked), 0)
        yield* TestClock.adjust("10 seconds")
        const next = yield* Effect.forkChild(search("passwords"))
        yield* Queue.take(asked)
        yield* Fiber.interrupt(next)
      }).pipe(Effect.provide(store(hanging)))
    })
  )
})
