import { Effect } from "effect"
import { halvesOf, passagesOf } from "../domain/Passages.ts"
import { normalise } from "../domain/Vector.ts"
import type { Embedder, EmbedderError } from "../embedder/Embedder.ts"
import { chunks } from "./Chunks.ts"
import { checked } from "./EmbeddedVector.ts"

/** What is stored of a text. */
export interface DocumentVectors {
  /** Of the text, as far as the model reads it. */
  readonly vector: Float32Array
  /** How many tokens it has; undefined where that is not known. */
  readonly tokens: number | undefined
  /** Of a text that is longer than the model reads: those of its passages in the light of the text, in their order. */
  readonly passages: ReadonlyArray<Float32Array>
}

/**
 * How much the vector of the text weighs in that of a passage, which weighs 1. Of many passages alone one is often near by chance:
 * docs/search.md has what that costs.
 */
const weightOfText = 2

/** A passage in the light of its text; the passage alone where the two are opposite. */
const inContext = (text: Float32Array, passage: Float32Array): Float32Array =>
  normalise(passage.map((value, i) => value + weightOfText * (text[i] ?? 0))) ?? passage

/** So many passages of a text are stored, however often they had to be halved. */
const mostStored = 1000

/** Makes the vectors of texts, those of a text's passages only where the model does not read it to its end. */
export const make = (embedder: Embedder["Service"]) => {
  const { model } = embedder
  const check = checked(model)
  const batchSize = Math.max(1, Math.floor(embedder.batchSize ?? 32))
  const isCut = (tokens: number | undefined) => tokens !== undefined && tokens > model.maxLength

  const ofPassages: (passages: ReadonlyArray<string>) => Effect.Effect<ReadonlyArray<Float32Array>, EmbedderError> =
    Effect.fnUntraced(function* (passages) {
      const vectors: Array<Float32Array> = []
      for (const batch of chunks(passages, batchSize)) {
        const given = yield* embedder.embedMany(batch, "document")
        for (const [i, passage] of batch.entries()) {
          const one = given[i]
          const halves = one !== undefined && isCut(embedder.tokensOf?.(one)) ? halvesOf(passage) : []
          if (halves.length > 1) vectors.push(...(yield* ofPassages(halves)))
          else vectors.push(yield* check(one, passage))
        }
        if (vectors.length >= mostStored) break
      }
      return vectors.slice(0, mostStored)
    })

  /** All vectors of a text of which the embedder gave the first. */
  const complete = Effect.fnUntraced(function* (
    text: string,
    given: Float32Array | undefined
  ): Effect.fn.Return<DocumentVectors, EmbedderError> {
    const vector = yield* check(given, text)
    const tokens = given && embedder.tokensOf?.(given)
    if (!isCut(tokens)) return { vector, tokens, passages: [] }
    const passages = yield* ofPassages(passagesOf(text, model.maxLength))
    return { vector, tokens, passages: passages.map((passage) => inContext(vector, passage)) }
  })

  return { complete }
}
