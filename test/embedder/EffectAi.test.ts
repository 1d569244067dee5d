import { assert, describe, it } from "@effect/vitest"
import { Context, Duration, Effect, Layer } from "effect"
import * as AiError from "effect/ai/AiError"
import * as EmbeddingModel from "effect/ai/EmbeddingModel"
import * as Deterministic from "../../src/embedder/Deterministic.ts"
import * as EffectAi from "../../src/embedder/EffectAi.ts"
import { Embedder } from "../../src/embedder/Embedder.ts"

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
