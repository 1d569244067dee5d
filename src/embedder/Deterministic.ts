import { Effect, Layer } from "effect"
import { ModelInfo } from "../domain/Embedding.ts"
import { decoded, Embedder } from "./Embedder.ts"
import { normalise } from "../domain/Vector.ts"

export interface DeterministicOptions {
  /** How many numbers a vector has. Default 384. */
  readonly dimensions?: number | undefined
}

/** 32-bit FNV-1a over the UTF-16 units of a word. */
const hash = (word: string): number => {
  let h = 0x811c9dc5
  for (let i = 0; i < word.length; i++) h = Math.imul(h ^ word.charCodeAt(i), 0x01000193)
  return h >>> 0
}

/**
 * The vector of a text: each word, in lower case, adds 1 at the place `FNV-1a(word) mod dimensions`; then it is scaled to
 * unit length. A text without words has 1 at the first place.
 *
 * Texts that share words are near, whatever they mean.
 */
export const vectorOf = (text: string, dimensions = 384): Float32Array<ArrayBuffer> => {
  const counts = new Float32Array(dimensions)
  for (const [word] of text.toLowerCase().matchAll(/[\p{L}\p{N}]+/gu)) {
    const place = hash(word) % dimensions
    counts[place] = (counts[place] ?? 0) + 1
  }
  const unit = normalise(counts)
  if (unit !== undefined) return unit
  counts[0] = 1
  return counts
}

/**
 * Embeds by counting hashed words: fast, the same everywhere, without a model. For tests, and for measuring all that is not
 * the model.
 *
 * @example
 * import { Effect } from "effect"
 * import { Deterministic, Embedder } from "crosswalk"
 *
 * const program = Effect.gen(function*() {
 *   const embedder = yield* Embedder
 *   return yield* embedder.embed("hashed passwords")
 * }).pipe(Effect.provide(Deterministic.layer({ dimensions: 64 })))
 */
export const layer = (options: DeterministicOptions = {}): Layer.Layer<Embedder> =>
  Layer.sync(Embedder, () => {
    const dimensions = options.dimensions ?? 384
    const embed = (text: string) => Effect.sync(() => vectorOf(text, dimensions))
    return decoded({
      model: new ModelInfo({
        id: "deterministic",
        dimensions,
        maxLength: Number.MAX_SAFE_INTEGER,
        fingerprint: `deterministic-1-${dimensions}`
      }),
      embed,
      embedMany: (texts) => Effect.forEach(texts, embed)
    })
  })
