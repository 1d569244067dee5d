import { assert, describe, it } from "@effect/vitest"
import { Clock, Duration, Effect, Layer, Metric } from "effect"
import { TestClock } from "effect/testing"
import { ModelInfo } from "../../src/domain/Embedding.ts"
import { EmbeddingError, type EmbeddingReason } from "../../src/domain/EmbeddingError.ts"
import * as Metrics from "../../src/domain/Metrics.ts"
import * as Deterministic from "../../src/embedder/Deterministic.ts"
import { Embedder } from "../../src/embedder/Embedder.ts"
import * as LibsqlClient from "../../src/libsql/LibsqlClient.ts"
import { EmbeddingRepository } from "../../src/storage/EmbeddingRepository.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import type { UpdateRetry } from "../../src/storage/UpdateOptions.ts"
import { VectorIndex } from "../../src/storage/VectorIndex.ts"

const dimensions = 8

/** A provider that answers as `answer` says, which knows how many requests came before, and remembers them all. */
class Provider {
  readonly requests: Array<{ readonly texts: ReadonlyArray<string>; readonly at: number }> = []
  answer: (texts: ReadonlyArray<string>, before: number) => EmbeddingError | undefined = () => undefined
  vectorOf = (text: string): Float32Array => Deterministic.vectorOf(text, dimensions)
  readonly batchSize: number | undefined
  readonly id: string

  constructor(options: { readonly batchSize?: number; readonly id?: string } = {}) {
    this.batchSize = options.batchSize
    this.id = options.id ?? "test/provider"
  }

  get sizes() {
    return this.requests.map(({ texts }) => texts.length)
  }

  readonly embedMany = (texts: ReadonlyArray<string>) =>
    Effect.gen({ self: this }, function* () {
      const error = this.answer(texts, this.requests.length)
      this.requests.push({ texts, at: yield* Clock.currentTimeMillis })
      return error === undefined ? texts.map(this.vectorOf) : yield* error
    })

  get layer() {
    const embedder = Embedder.of({
      model: new ModelInfo({ id: this.id, dimensions, maxLength: 100, fingerprint: this.id }),
      ...(this.batchSize !== undefined && { batchSize: this.batchSize }),
      embed: (text) => Effect.map(this.embedMany([text]), ([vector]) => vector ?? new Float32Array()),
      embedMany: this.embedMany
    })
    return Layer.mergeAll(EmbeddingRepository.layer, ReferenceRepository.layer).pipe(
      Layer.provide(VectorIndex.layerSql),
      Layer.provide(Layer.succeed(Embedder, embedder)),
      Layer.provide(LibsqlClient.layer({ url: ":memory:" }))
    )
  }
}

const failing = (reason: EmbeddingReason, retryAfter?: Duration.Duration) =>
  new EmbeddingError({ text: "", reason, problem: `it is ${reason}`, retryAfter })

const save = (count: number, from = 0) =>
  ReferenceRepository.use((references) =>
    references.saveMany(
      Array.from({ length: count }, (_, i) => ({ uri: `r:${from + i}`, title: `Text ${from + i}`, entityType: "x" }))
    )
  )

/** Runs an effect while the clock goes on by itself. */
const ticking = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.raceFirst(
    effect,
    Effect.forever(
      Effect.andThen(
        TestClock.adjust("50 millis"),
        Effect.promise(() => new Promise<void>((resolve) => setImmediate(resolve)))
      )
    )
  )

const scene = <A, E>(
  provider: Provider,
  body: (embeddings: EmbeddingRepository["Service"]) => Effect.Effect<A, E, EmbeddingRepository | ReferenceRepository>
) => EmbeddingRepository.use(body).pipe(Effect.provide(provider.layer))

describe("updateAllEmbeddings when the provider fails", () => {
  for (const reason of ["rateLimited", "unavailable", "timeout", "unknown"] as const) {
    it.effect(`sends the same request again when it is ${reason}, each time after twice the wait`, () => {
      const provider = new Provider()
      provider.answer = (_, before) => (before < 3 ? failing(reason) : undefined)
      return scene(provider, (embeddings) =>
        Effect.gen(function* () {
          yield* save(20)
          const retries: Array<UpdateRetry> = []
          const onRetry = (retry: UpdateRetry) => Effect.sync(() => retries.push(retry))
          const totals = yield* ticking(embeddings.updateAllEmbeddings({ onRetry }))
          assert.deepStrictEqual(totals, { updated: 20, skipped: 0, failed: 0 })
          assert.deepStrictEqual(provider.sizes, [20, 20, 20, 20])
          assert.deepStrictEqual(
            retries.map(({ attempt, error }) => [attempt, error.reason]),
            [1, 2, 3].map((attempt) => [attempt, reason])
          )
          for (const [i, { wait }] of retries.entries()) {
            const millis = Duration.toMillis(wait)
            assert.isAtLeast(millis, 0.8 * 500 * 2 ** i)
            assert.isAtMost(millis, 1.2 * 500 * 2 ** i)
            assert.isAtLeast((provider.requests[i + 1]?.at ?? 0) - (provider.requests[i]?.at ?? 0), Math.floor(millis))
          }
        })
      )
    })

    it.effect(`stops after its retries when it stays ${reason}; the next call goes on`, () => {
      const provider = new Provider({ batchSize: 10 })
      provider.answer = (texts) => (texts.includes("Text 45") ? failing(reason) : undefined)
      return scene(provider, (embeddings) =>
        Effect.gen(function* () {
          yield* save(40)
          yield* embeddings.updateAllEmbeddings()
          yield* save(10, 40)
          provider.requests.length = 0
          const update = embeddings.updateAllEmbeddings({ retry: { times: 2, base: "10 millis" } })
          const error = yield* Effect.flip(ticking(update))
          assert(error._tag === "EmbeddingError")
          assert.include(error, { reason, embedded: 0 })
          assert.deepStrictEqual(error.remedy, { action: "updateEmbeddings" })
          assert.include(error.message, `it is ${reason}`)
          assert.deepStrictEqual(provider.sizes, [10, 10, 10])
          assert.deepStrictEqual(yield* embeddings.status, { fresh: 40, missing: 10, otherModel: 0 })
          provider.answer = () => undefined
          assert.deepStrictEqual(yield* embeddings.updateAllEmbeddings(), { updated: 10, skipped: 40, failed: 0 })
        })
      )
    })
  }

  it.effect("says how many references were embedded before it stopped, and they stay", () => {
    const provider = new Provider({ batchSize: 5 })
    // The groups that are on their way together are 4: the first of them are done before the 9th begins.
    provider.answer = (texts) => (texts.includes("Text 40") ? failing("authorization") : undefined)
    return scene(provider, (embeddings) =>
      Effect.gen(function* () {
        yield* save(60)
        const error = yield* Effect.flip(embeddings.updateAllEmbeddings())
        assert(error._tag === "EmbeddingError")
        const { fresh } = yield* embeddings.status
        assert.isAtLeast(fresh, 25)
        assert.strictEqual(error.embedded, fresh)
        assert.include(error.message, `${fresh} references`)
      })
    )
  })

  it.effect("waits as long as the provider asks", () => {
    const provider = new Provider()
    provider.answer = (_, before) => (before === 0 ? failing("rateLimited", Duration.seconds(20)) : undefined)
    return scene(provider, (embeddings) =>
      Effect.gen(function* () {
        yield* save(3)
        yield* ticking(embeddings.updateAllEmbeddings())
        assert.deepStrictEqual(provider.sizes, [3, 3])
        assert.isAtLeast((provider.requests[1]?.at ?? 0) - (provider.requests[0]?.at ?? 0), 20_000)
      })
    )
  })

  it.effect("stops at once when the provider asks for more than the longest wait", () => {
    const provider = new Provider()
    provider.answer = () => failing("rateLimited", Duration.hours(1))
    return scene(provider, (embeddings) =>
      Effect.gen(function* () {
        yield* save(3)
        const error = yield* Effect.flip(embeddings.updateAllEmbeddings())
        assert(error._tag === "EmbeddingError")
        assert.deepStrictEqual(error.retryAfter, Duration.hours(1))
        assert.isTrue(error.isRetryable)
        assert.lengthOf(provider.requests, 1)
      })
    )
  })

  for (const reason of ["authorization", "closed"] as const) {
    it.effect(`stops at once when it is ${reason}`, () => {
      const provider = new Provider()
      provider.answer = () => failing(reason)
      return scene(provider, (embeddings) =>
        Effect.gen(function* () {
          yield* save(3)
          const error = yield* Effect.flip(embeddings.updateAllEmbeddings())
          assert.include(error, { _tag: "EmbeddingError", reason })
          assert.deepStrictEqual(provider.sizes, [3])
        })
      )
    })
  }

  it.effect("retries nothing when told so", () => {
    const provider = new Provider()
    provider.answer = () => failing("unavailable")
    return scene(provider, (embeddings) =>
      Effect.gen(function* () {
        yield* save(3)
        yield* Effect.flip(embeddings.updateAllEmbeddings({ retry: { times: 0 } }))
        assert.deepStrictEqual(provider.sizes, [3])
      })
    )
  })
})

describe("updateAllEmbeddings when a text is at fault", () => {
  it.effect("leaves out that text alone, and finds it with few requests", () => {
    const provider = new Provider({ batchSize: 64 })
    provider.answer = (texts) => (texts.includes("Text 13") ? failing("text") : undefined)
    return scene(provider, (embeddings) =>
      Effect.gen(function* () {
        yield* save(64)
        const failures: Array<string | undefined> = []
        const totals = yield* embeddings.updateAllEmbeddings({
          onFailure: ({ reference }) => Effect.sync(() => failures.push(reference?.uri))
        })
        assert.deepStrictEqual(totals, { updated: 63, skipped: 0, failed: 1 })
        assert.deepStrictEqual(failures, ["r:13"])
        assert.isAtMost(provider.requests.length, 1 + 2 * Math.log2(64))
      })
    )
  })

  it.effect("treats a text without a vector that can be used the same", () => {
    const provider = new Provider()
    provider.vectorOf = (text) =>
      text === "Text 7" ? new Float32Array(dimensions).fill(Number.NaN) : Deterministic.vectorOf(text, dimensions)
    return scene(provider, (embeddings) =>
      Effect.gen(function* () {
        yield* save(20)
        const failures: Array<readonly [string | undefined, EmbeddingReason]> = []
        const totals = yield* embeddings.updateAllEmbeddings({
          onFailure: ({ reason, reference }) => Effect.sync(() => failures.push([reference?.uri, reason]))
        })
        assert.deepStrictEqual(totals, { updated: 19, skipped: 0, failed: 1 })
        assert.deepStrictEqual(failures, [["r:7", "invalidVector"]])
      })
    )
  })

  for (const [what, vector] of [
    ["too short", new Float32Array([1])],
    ["not finite", new Float32Array(dimensions).fill(Number.NaN)],
    ["missing", undefined]
  ] as const) {
    it.effect(`stops when every vector is ${what}, after few requests`, () => {
      const provider = new Provider()
      provider.vectorOf = () => vector ?? new Float32Array()
      return scene(provider, (embeddings) =>
        Effect.gen(function* () {
          yield* save(32)
          const error = yield* Effect.flip(embeddings.updateAllEmbeddings())
          assert.include(error, { _tag: "EmbeddingError", reason: "invalidVector", embedded: 0 })
          assert.isAtMost(provider.requests.length, 10)
        })
      )
    })
  }
})

describe("updateAllEmbeddings and its provider", () => {
  it.effect("asks for as many texts at a time as the provider takes, and writes fewer", () => {
    const provider = new Provider({ batchSize: 100 })
    return scene(provider, (embeddings) =>
      Effect.gen(function* () {
        yield* save(250)
        const done: Array<number> = []
        yield* embeddings.updateAllEmbeddings({ onProgress: (progress) => Effect.sync(() => done.push(progress.done)) })
        assert.deepStrictEqual(provider.sizes, [100, 100, 50])
        for (const [i, n] of done.entries()) assert.isAtMost(n - (done[i - 1] ?? 0), 32)
        assert.strictEqual(done.at(-1), 250)
      })
    )
  })

  it.effect("counts embedded and failed texts by model", () => {
    const provider = new Provider({ id: "test/counted" })
    provider.answer = (texts) => (texts.includes("Text 1") ? failing("text") : undefined)
    return scene(provider, (embeddings) =>
      Effect.gen(function* () {
        yield* save(5)
        yield* embeddings.updateAllEmbeddings()
        yield* Effect.flip(embeddings.saveWithEmbedding({ uri: "r:1", title: "Text 1", entityType: "x" }))
        const of = (metric: Metric.Counter<number>) =>
          Effect.map(Metric.value(Metric.withAttributes(metric, { model: provider.id })), ({ count }) => count)
        assert.strictEqual(yield* of(Metrics.embeddedTexts), 4)
        assert.strictEqual(yield* of(Metrics.failedTexts), 2)
      })
    )
  })
})
