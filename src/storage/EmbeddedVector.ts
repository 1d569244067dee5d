import { Effect } from "effect"
import type { ModelInfo } from "../domain/Embedding.ts"
import { EmbeddingError } from "../domain/EmbeddingError.ts"
import { ValidationError } from "../domain/ValidationError.ts"
import { decodeVector } from "./Decoding.ts"

/** The vector that an embedder gave for a text, as it is stored; a wrong one is the embedder's fault, not the caller's. */
export const checked =
  ({ dimensions }: ModelInfo) =>
  (vector: Float32Array | undefined, text: string): Effect.Effect<Float32Array, EmbeddingError> => {
    const decoded = decodeVector(vector ?? new Float32Array(), dimensions)
    return decoded instanceof ValidationError
      ? Effect.fail(
          new EmbeddingError({
            text,
            reason: "invalidVector",
            problem: `the embedder gave a vector that ${decoded.constraint}`
          })
        )
      : Effect.succeed(decoded)
  }
