import { Effect, Layer } from "effect"
import { ModelInfo } from "../../src/domain/Embedding.ts"
import * as Deterministic from "../../src/embedder/Deterministic.ts"
import { decoded, Embedder } from "../../src/embedder/Embedder.ts"

/** An embedder that reads ten words of a text, and counts them. */
export const tenWords = (fingerprint: string) =>
  Layer.effect(
    Embedder,
    Effect.map(Embedder, ({ embed, model }) => {
      const lengths = new WeakMap<Float32Array, number>()
      const reading = (text: string) =>
        Effect.tap(embed(text.split(/\s+/u).slice(0, 10).join(" ")), (vector) =>
          Effect.sync(() => lengths.set(vector, text.split(/\s+/u).length))
        )
      return decoded({
        model: new ModelInfo({ ...model, maxLength: 10, fingerprint }),
        embed: reading,
        embedMany: (texts) => Effect.forEach(texts, reading),
        tokensOf: (vector) => lengths.get(vector)
      })
    })
  ).pipe(Layer.provide(Deterministic.layer()))
