import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { Embedder } from "../../src/embedder/Embedder.ts"
import { layerOf } from "../../src/embedder/EmbedderConfig.ts"

const build = (input: unknown) => Effect.map(Layer.build(layerOf(input)), (context) => Context.get(context, Embedder))

describe("EmbedderConfig.layerOf", () => {
  it.effect("chooses the embedder by its type", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* build({ type: "deterministic", dimensions: 12 })).model.dimensions, 12)
      assert.strictEqual((yield* build({ type: "transformers" })).model.id, "Xenova/all-MiniLM-L6-v2")
      const short = yield* build({ type: "transformers", model: "Xenova/all-MiniLM-L6-v2", maxLength: 64 })
      assert.strictEqual(short.model.maxLength, 64)
    })
  )

  for (const input of [{ type: "openai" }, {}, null, 42, "transformers", { type: 1 }]) {
    it.effect(`refuses the type of ${JSON.stringify(input)}`, () =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(build(input))
        assert.strictEqual(error._tag, "ValidationError")
        assert.include(error.message, "embedder.type")
        assert.include(error.message, '"transformers" or "deterministic"')
      })
    )
  }

  for (const [field, input] of [
    ["dimensions", { type: "deterministic", dimensions: 0 }],
    ["dimensions", { type: "deterministic", dimensions: 1e9 }],
    ["workers", { type: "transformers", workers: "two" }],
    ["dtype", { type: "transformers", dtype: "q5" }],
    ["modle", { type: "transformers", modle: "x" }]
  ] as const) {
    it.effect(`refuses a wrong or unknown ${field}`, () =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(build(input))
        assert.strictEqual(error._tag, "ValidationError")
        assert.include(error.message, field)
      })
    )
  }

  it.live("refuses an unknown model", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(build({ type: "transformers", model: "no/such", offline: true }))
      assert.strictEqual(error._tag, "ModelLoadError")
    })
  )
})
