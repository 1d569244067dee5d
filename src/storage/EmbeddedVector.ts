import { Effect } from "effect"
import type { ModelInfo } from "../domain/Embedding.ts"
import { DatabaseError } from "../domain/DatabaseError.ts"
import { EmbeddingError } from "../domain/EmbeddingError.ts"
import { beginning } from "../domain/Quote.ts"
import { ValidationError } from "../domain/ValidationError.ts"
import { dot, fromBytes } from "../domain/Vector.ts"
import { decodeVector } from "./Decoding.ts"

/** How much the length of a stored vector may differ from 1: float32 has about 7 digits. */
const tolerance = 1e-3

/** The vector of stored bytes; undefined where they are not as many numbers as the model has dimensions, of length 1. */
export const ofBytes = (bytes: ArrayBuffer | Uint8Array, dimensions: number): Float32Array | undefined => {
  if (bytes.byteLength !== dimensions * 4) return undefined
  const vector = fromBytes(bytes)
  return Math.abs(Math.sqrt(dot(vector, vector)) - 1) <= tolerance ? vector : undefined
}

/** A stored vector that is not one. */
export const damaged = (operation: string, uri: string) =>
  new DatabaseError({
    operation,
    reason: "corrupt",
    isRetryable: false,
    problem: `the vector of ${beginning(uri, 80)} is damaged. Embed it again`,
    remedy: { action: "updateEmbeddings", force: true }
  })

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
