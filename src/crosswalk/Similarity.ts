import { Effect } from "effect"
import * as Overlap from "./Overlap.ts"
import { trigrams, words } from "./Terms.ts"

/** What one side of a crosswalk is compared by. */
export interface Side {
  /** The texts that are embedded: what a catalog repeats is left out. */
  readonly texts: ReadonlyArray<string>
  /** Title and description. */
  readonly fullTexts: ReadonlyArray<string>
  /** L2-normalised vectors of the texts, one after another; empty where meaning does not count. */
  readonly vectors: Float32Array
}

/** How much each part counts; they add up to 1. */
export interface Weights {
  /** The cosine of the vectors. */
  readonly meaning: number
  /** The overlap of words. */
  readonly words: number
  /** The overlap of runs of three characters. */
  readonly trigrams: number
}

export type Part = keyof Weights

/** The similarities of one text with all of the other side. */
export interface Line {
  /** The weighted sum of the parts; about 0 to 1. */
  readonly total: Float32Array
  readonly meaning: Float32Array
  readonly words: Float32Array
  readonly trigrams: Float32Array
}

/** How similar the texts of two sides are. The lines are overwritten by the next call. */
export interface Similarity {
  /** Of a text of the first side with all of the second. */
  readonly row: (index: number) => Line
  /** Of a text of the second side with all of the first; only the total. */
  readonly column: (index: number) => Float32Array
}

/** The dot products of one vector with many, four numbers at a time; the last few one by one. */
const multiply = (vector: Float32Array, many: Float32Array, out: Float32Array): void => {
  const dimensions = vector.length
  const even = dimensions - (dimensions % 4)
  for (let item = 0, at = 0; item < out.length; item++, at += dimensions) {
    let a = 0
    let b = 0
    let c = 0
    let d = 0
    for (let k = 0; k < even; k += 4) {
      a += vector[k]! * many[at + k]!
      b += vector[k + 1]! * many[at + k + 1]!
      c += vector[k + 2]! * many[at + k + 2]!
      d += vector[k + 3]! * many[at + k + 3]!
    }
    for (let k = even; k < dimensions; k++) a += vector[k]! * many[at + k]!
    out[item] = a + b + c + d
  }
}

const vectorAt = (side: Side, index: number): Float32Array => {
  const dimensions = side.vectors.length / side.texts.length
  return side.vectors.subarray(index * dimensions, (index + 1) * dimensions)
}

const lexical = ["words", "trigrams"] as const

/** Compares two sides that are not empty. */
export const make = Effect.fn("Similarity.make")(function* (
  from: Side,
  to: Side,
  weights: Weights
): Effect.fn.Return<Similarity> {
  const overlaps = {
    words: weights.words > 0 ? yield* Overlap.make(from.texts, to.texts, words) : undefined,
    trigrams: weights.trigrams > 0 ? yield* Overlap.make(from.fullTexts, to.fullTexts, trigrams) : undefined
  }
  const lineOf = (size: number) => ({
    total: new Float32Array(size),
    meaning: new Float32Array(size),
    words: new Float32Array(size),
    trigrams: new Float32Array(size)
  })
  const row = lineOf(to.texts.length)
  const column = lineOf(from.texts.length)
  const addUp = (line: Line) => {
    for (let i = 0; i < line.total.length; i++) {
      line.total[i] =
        weights.meaning * line.meaning[i]! + weights.words * line.words[i]! + weights.trigrams * line.trigrams[i]!
    }
  }
  return {
    row: (index) => {
      if (weights.meaning > 0) multiply(vectorAt(from, index), to.vectors, row.meaning)
      for (const part of lexical) overlaps[part]?.addRow(index, row[part].fill(0))
      addUp(row)
      return row
    },
    column: (index) => {
      if (weights.meaning > 0) multiply(vectorAt(to, index), from.vectors, column.meaning)
      for (const part of lexical) overlaps[part]?.addColumn(index, column[part].fill(0))
      addUp(column)
      return column.total
    }
  }
})
