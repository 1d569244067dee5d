import { assert, describe, it } from "@effect/vitest"
import { Context, Duration, Effect, Layer, Tracer } from "effect"
import * as AiError from "effect/ai/AiError"
import * as EmbeddingModel from "effect/ai/EmbeddingModel"
import { HttpClientRequest, HttpClientResponse } from "effect/http"
import { isHttpClientError } from "effect/http/HttpClientError"
import { TestClock } from "effect/testing"
import * as Deterministic from "../../src/embedder/Deterministic.ts"
import * as EffectAi from "../../src/embedder/EffectAi.ts"
import { Embedder } from "../../src/embedder/Embedder.ts"
import * as LibsqlClient from "../../src/libsql/LibsqlClient.ts"
import { EmbeddingRepository } from "../../src/storage/EmbeddingRepository.ts"
import { VectorIndex } from "../../src/storage/VectorIndex.ts"

/** A provider whose vectors are what the text says as JSON, and that remembers what it was asked. */
const provider = (
  asked: Array<ReadonlyArray<string>> = [],
  reason: AiError.AiErrorReason = new AiError.InternalProviderError({ description: "it is down" }),
  dimensions = 2
) =>
  Layer.merge(
    Layer.effect(
      EmbeddingModel.EmbeddingModel,
      EmbeddingModel.make({
        embedMany: ({ inputs }) => {
          asked.push(inputs)
          return inputs.includes("down")
            ? Effect.fail(
                AiError.make({
                  module: "Test",
                  method: "embedMany",
                  reason
                })
              )
            : Effect.succeed({
                results: inputs.map((input) => input.replace(/^.*: /u, "").split(" ").map(Number)),
                usage: { inputTokens: undefined }
              })
        }
      })
    ),
    Layer.succeed(EmbeddingModel.Dimensions, dimensions)
  )

const build = (
  options: Partial<EffectAi.EmbedderOptions> = {},
  asked?: Array<ReadonlyArray<string>>,
  reason?: AiError.AiErrorReason
) =>
  Layer.build(
    EffectAi.layerEmbedder({ id: "test/model", ...options }).pipe(Layer.provide(provider(asked, reason)))
  ).pipe(Effect.map((context) => Context.get(context, Embedder)))

describe("EffectAi", () => {
  it.effect("is one span a text, and one for many, with the model and no text", () =>
    Effect.gen(function* () {
      const spans: Array<Tracer.Span> = []
      const span: Tracer.Tracer["span"] = (options) => {
        const made = new Tracer.NativeSpan(options)
        spans.push(made)
        return made
      }
      const { saveWithEmbedding, updateAllEmbeddings } = yield* EmbeddingRepository
      yield* Effect.gen(function* () {
        yield* saveWithEmbedding({ uri: "a", title: "3 4", entityType: "rule" })
        yield* updateAllEmbeddings({ force: true })
      }).pipe(Effect.withTracer(Tracer.make({ span })))
      const made = spans.flatMap(({ attributes, name }) =>
        name.startsWith("Embedder.") ? [[name, Object.fromEntries(attributes)]] : []
      )
      assert.deepStrictEqual(made, [
        ["Embedder.embed", { model: "test/model", purpose: "document" }],
        ["Embedder.embedMany", { model: "test/model", texts: 1 }]
      ])
    }).pipe(
      Effect.provide(
        EmbeddingRepository.layer.pipe(
          Layer.provide(VectorIndex.layerSql),
          Layer.provide(EffectAi.layerEmbedder({ id: "test/model" }).pipe(Layer.provide(provider()))),
          Layer.provide(LibsqlClient.layer({ url: ":memory:" }))
        )
      )
    )
  )

  it.effect("makes an Embedder of an EmbeddingModel, with unit vectors in order", () =>
    Effect.gen(function* () {
      const embedder = yield* build()
      assert.deepStrictEqual(yield* embedder.embed("3 4"), Float32Array.of(0.6, 0.8))
      assert.deepStrictEqual(yield* embedder.embedMany(["0 2", "3 4"]), [
        Float32Array.of(0, 1),
        Float32Array.of(0.6, 0.8)
      ])
      assert.strictEqual(embedder.model.dimensions, 2)
      assert.strictEqual(embedder.model.id, "test/model")
    })
  )

  it.effect("asks for many texts in batches, with the prefix of their purpose", () =>
    Effect.gen(function* () {
      const asked: Array<ReadonlyArray<string>> = []
      const embedder = yield* build({ batchSize: 2, queryPrefix: "q: ", documentPrefix: "d: " }, asked)
      yield* embedder.embedMany(["1 1", "2 2", "3 3"])
      yield* embedder.embed("4 4", "query")
      assert.deepStrictEqual(asked, [["d: 1 1", "d: 2 2"], ["d: 3 3"], ["q: 4 4"]])
    })
  )

  for (const text of ["0 0", "NaN 1", "1 2 3"]) {
    it.effect(`fails with a typed error for the vector ${text}`, () =>
      Effect.gen(function* () {
        const embedder = yield* build()
        const error = yield* Effect.flip(embedder.embed(text))
        assert.strictEqual(error._tag, "EmbeddingError")
        assert.include(error.message, text)
      })
    )
  }

  for (const [reason, expected, isRetryable] of [
    [new AiError.RateLimitError({ retryAfter: Duration.seconds(3) }), "rateLimited", true],
    [new AiError.QuotaExhaustedError({}), "authorization", false],
    [new AiError.AuthenticationError({ kind: "InvalidKey" }), "authorization", false],
    [new AiError.InternalProviderError({ description: "503" }), "unavailable", true],
    [
      new AiError.NetworkError({ reason: "TransportError", method: "POST", url: "http://127.0.0.1/" }),
      "unavailable",
      true
    ],
    [new AiError.InvalidRequestError({ description: "too long" }), "text", false],
    [new AiError.InvalidUserInputError({ description: "no" }), "text", false],
    [new AiError.InvalidOutputError({ description: "no vector" }), "invalidVector", false],
    [new AiError.UnknownError({}), "unknown", false]
  ] as const) {
    it.effect(`says ${expected} for the provider's ${reason._tag}`, () =>
      Effect.gen(function* () {
        const embedder = yield* build({}, [], reason)
        const error = yield* Effect.flip(embedder.embedMany(["1 1", "down"]))
        assert(error._tag === "EmbeddingError")
        assert.strictEqual(error.reason, expected)
        assert.strictEqual(error.isRetryable, isRetryable)
        if (reason._tag === "RateLimitError") assert.deepStrictEqual(error.retryAfter, Duration.seconds(3))
      })
    )
  }

  it.effect("cuts what a provider repeats of a text", () =>
    Effect.gen(function* () {
      const embedder = yield* build({}, [], new AiError.InvalidRequestError({ description: "long ".repeat(10_000) }))
      const error = yield* Effect.flip(embedder.embed("down"))
      assert.isBelow(error.problem.length, 600)
    })
  )

  it.effect("keeps the error of the provider as the cause", () =>
    Effect.gen(function* () {
      const embedder = yield* build()
      for (const error of [
        yield* Effect.flip(embedder.embed("down")),
        yield* Effect.flip(embedder.embedMany(["down"]))
      ]) {
        assert.strictEqual(error._tag, "EmbeddingError")
        assert.include(error.message, "it is down")
        if (error._tag === "EmbeddingError") assert.isTrue(AiError.isAiError(error.cause))
      }
    })
  )

  it.effect("makes an EmbeddingModel of an Embedder, and back again", () =>
    Effect.gen(function* () {
      const there = EffectAi.layerEmbeddingModel().pipe(Layer.provide(Deterministic.layer({ dimensions: 8 })))
      const back = EffectAi.layerEmbedder({ id: "round" }).pipe(Layer.provide(there))
      const context = yield* Layer.build(Layer.merge(there, back))
      const model = Context.get(context, EmbeddingModel.EmbeddingModel)
      const { vector } = yield* model.embed("salt")
      assert.deepStrictEqual(Float32Array.from(vector), Deterministic.vectorOf("salt", 8))
      assert.strictEqual(Context.get(context, EmbeddingModel.Dimensions), 8)
      const round = yield* Context.get(context, Embedder).embed("salt")
      assert.deepStrictEqual(round, Deterministic.vectorOf("salt", 8))
    })
  )

  it.effect("turns an EmbeddingError into an AiError", () =>
    Effect.gen(function* () {
      const broken = Layer.effect(Embedder, build())
      const context = yield* Layer.build(EffectAi.layerEmbeddingModel().pipe(Layer.provide(broken)))
      const error = yield* Effect.flip(Context.get(context, EmbeddingModel.EmbeddingModel).embed("down"))
      assert.isTrue(AiError.isAiError(error))
      assert.strictEqual(error.reason._tag, "InternalProviderError")
      assert.isTrue(error.isRetryable)
      assert.include(error.message, "down")
    })
  )
})

/** A provider that answers with a status over HTTP, wrapped by the program as `wrap` does. */
const overHttp = (status: number, headers: Record<string, string>, wrap: (error: unknown) => AiError.AiErrorReason) =>
  Layer.merge(
    Layer.effect(
      EmbeddingModel.EmbeddingModel,
      EmbeddingModel.make({
        embedMany: () => {
          const request = HttpClientRequest.post("http://127.0.0.1/v1/embeddings")
          const response = HttpClientResponse.fromWeb(request, new Response("{}", { status, headers }))
          return Effect.mapError(
            HttpClientResponse.filterStatusOk(response).pipe(Effect.andThen(Effect.never)),
            (error) => AiError.make({ module: "Test", method: "embedMany", reason: wrap(error) })
          )
        }
      })
    ),
    Layer.succeed(EmbeddingModel.Dimensions, 2)
  )

const errorOver = (...given: Parameters<typeof overHttp>) =>
  Layer.build(EffectAi.layerEmbedder({ id: "test/http" }).pipe(Layer.provide(overHttp(...given)))).pipe(
    Effect.flatMap((context) => Effect.flip(Context.get(context, Embedder).embed("a text"))),
    Effect.map((error) => {
      assert(error._tag === "EmbeddingError")
      return error
    })
  )

/** An error with the one of HTTP as its cause, as JavaScript chains them. */
const chained = (cause: unknown) => Object.assign(new AiError.UnknownError({ description: "it failed" }), { cause })

/** An error with the status among its fields. */
const fielded = (error: unknown) => {
  assert(isHttpClientError(error) && error.response !== undefined)
  const { headers, status } = error.response
  return new AiError.UnknownError({ http: { response: { status, headers: { ...headers } } } })
}

/** An error that has the status in its sentence only. */
const told = (error: unknown) => new AiError.UnknownError({ description: String(error) })

describe("EffectAi over HTTP", () => {
  for (const [status, expected, isRetryable] of [
    [400, "text", false],
    [401, "authorization", false],
    [403, "authorization", false],
    [404, "unknown", false],
    [408, "timeout", true],
    [413, "text", false],
    [429, "rateLimited", true],
    [500, "unavailable", true],
    [503, "unavailable", true],
    [504, "timeout", true]
  ] as const) {
    it.effect(`says ${expected} for status ${status}, where an unknown error holds it or has it for a cause`, () =>
      Effect.gen(function* () {
        for (const wrap of [chained, fielded]) {
          assert.include(yield* errorOver(status, {}, wrap), { reason: expected, isRetryable })
        }
        assert.strictEqual((yield* errorOver(status, {}, told)).reason, "unknown")
      })
    )
  }

  it.effect("reads how long to wait from the answer, in seconds or as a date", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.parse("Fri, 27 Nov 2026 08:00:00 GMT"))
      for (const wrap of [chained, fielded]) {
        for (const [value, seconds] of [
          ["7", 7],
          ["Fri, 27 Nov 2026 08:01:00 GMT", 60],
          ["Fri, 27 Nov 2026 07:00:00 GMT", 0]
        ] as const) {
          const { retryAfter } = yield* errorOver(429, { "retry-after": value }, wrap)
          assert.deepStrictEqual(retryAfter, Duration.seconds(seconds))
        }
        for (const value of ["soon", "-1", ""]) {
          assert.isUndefined((yield* errorOver(429, { "retry-after": value }, wrap)).retryAfter)
        }
      }
    })
  )

  it.effect("ends with a chain of causes that is a circle", () =>
    Effect.gen(function* () {
      const circle = new AiError.UnknownError({ description: "round" })
      Object.assign(circle, { cause: circle })
      assert.strictEqual((yield* errorOver(500, {}, () => circle)).reason, "unknown")
    })
  )

  it.effect("knows a request that is wrong in another parameter than the texts", () =>
    Effect.gen(function* () {
      const wrong = (parameter?: string) => () => new AiError.InvalidRequestError({ parameter })
      assert.strictEqual((yield* errorOver(400, {}, wrong("model"))).reason, "unknown")
      assert.strictEqual((yield* errorOver(400, {}, wrong("input.3"))).reason, "text")
      assert.strictEqual((yield* errorOver(400, {}, wrong())).reason, "text")
    })
  )
})
