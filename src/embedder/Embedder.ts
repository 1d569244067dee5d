import { Context, Effect, Schema } from "effect"
import type { ModelInfo } from "../domain/Embedding.ts"
import type { EmbeddingError } from "../domain/EmbeddingError.ts"
import { decodeInput } from "../domain/Input.ts"
import type { ModelLoadError } from "../domain/ModelLoadError.ts"
import type { ValidationError } from "../domain/ValidationError.ts"

/**
 * Whether a text is looked for or looked in. Some models put different prefixes before the two; most do not tell them
 * apart.
 */
export const Purpose = Schema.Literals(["query", "document"])
export type Purpose = typeof Purpose.Type

/** Why a text has no vector: it is none, it cannot be embedded now or ever, or the model cannot be used. */
export type EmbedderError = ValidationError | EmbeddingError | ModelLoadError

/**
 * Turns texts into vectors whose cosine is high where the meaning is near.
 *
 * Vectors are L2-normalised and have `model.dimensions` numbers. The same text with the same purpose always gives the
 * same vector. An empty text is valid.
 *
 * Layers: `Transformers.layer` (a real model in worker threads), `Deterministic.layer` (hashed words, for tests), and
 * `EffectAi.layerEmbedder` (any `EmbeddingModel` of effect/ai).
 *
 * @example
 * import { Effect } from "effect"
 * import { Deterministic, Embedder } from "crosswalk"
 *
 * const program = Effect.gen(function*() {
 *   const embedder = yield* Embedder
 *   const vector = yield* embedder.embed("Passwords are stored with a slow, salted hash.")
 *   return vector.length // 384
 * }).pipe(Effect.provide(Deterministic.layer()))
 */
export class Embedder extends Context.Service<
  Embedder,
  {
    readonly model: ModelInfo
    /** How many texts `embedMany` takes best at a time, from 1. Default: 32. */
    readonly batchSize?: number
    /** One text, ahead of any bulk work. Default purpose: `document`. */
    readonly embed: (text: string, purpose?: Purpose) => Effect.Effect<Float32Array, EmbedderError>
    /** The vectors of many texts, in their order. Fails as a whole with the first text that cannot be embedded. */
    readonly embedMany: (
      texts: ReadonlyArray<string>,
      purpose?: Purpose
    ) => Effect.Effect<ReadonlyArray<Float32Array>, EmbedderError>
    /**
     * How many tokens the text of a vector has that this embedder gave; what is beyond `model.maxLength` did not change it.
     * `undefined` where that is not known, as of a copy.
     */
    readonly tokensOf?: (vector: Float32Array) => number | undefined
  }
>()("crosswalk/Embedder") {}

const decodePurpose = decodeInput(Schema.UndefinedOr(Purpose), "purpose")
const decodeText = decodeInput(Schema.String, "text")
const decodeTexts = decodeInput(Schema.Array(Schema.String), "texts")

/** An embedder whose arguments are decoded before it gets them. */
export const decoded = (embedder: Embedder["Service"]): Embedder["Service"] => ({
  ...embedder,
  embed: (text, purpose) =>
    Effect.flatMap(decodeText(text), (text) =>
      Effect.flatMap(decodePurpose(purpose), (purpose) => embedder.embed(text, purpose))
    ),
  embedMany: (texts, purpose) =>
    Effect.flatMap(decodeTexts(texts), (texts) =>
      Effect.flatMap(decodePurpose(purpose), (purpose) => embedder.embedMany(texts, purpose))
    )
})
