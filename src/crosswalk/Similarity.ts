import { Effect } from "effect"
import * as CosineKernel from "./CosineKernel.ts"
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

/** The cosines of each vector of one side with all of the other, a block of rows ahead. */
const cosines = (multiply: CosineKernel.Kernel, own: Side, other: Side) => {
  const size = other.texts.length
  const rows = new Float32Array(CosineKernel.block * size)
  let first = -1
  return (index: number): Float32Array => {
    const start = index - (index % CosineKernel.block)
    if (start !== first) multiply(own.vectors, start, other.vectors, rows)
    first = start
    return rows.subarray((index - start) * size, (index - start + 1) * size)
  }
}

const lexical = ["words", "trigrams"] as const

/** Compares two sides, of which either may be empty. */
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
  const isMeant = weights.meaning > 0 && from.texts.length > 0 && to.texts.length > 0
  const multiply = isMeant ? CosineKernel.make(to.vectors.length / to.texts.length) : undefined
  const cosinesOfRow = multiply && cosines(multiply, from, to)
  const cosinesOfColumn = multiply && cosines(multiply, to, from)
  const addUp = (line: Line) => {
    for (let i = 0; i < line.total.length; i++) {
      line.total[i] =
        weights.meaning * line.meaning[i]! + weights.words * line.words[i]! + weights.trigrams * line.trigrams[i]!
    }
  }
  return {
    row: (index) => {
      if (cosinesOfRow !== undefined) row.meaning.set(cosinesOfRow(index))
      for (const part of lexical) overlaps[part]?.addRow(index, row[part].fill(0))
      addUp(row)
      return row
    },
    column: (index) => {
      if (cosinesOfColumn !== undefined) column.meaning.set(cosinesOfColumn(index))
      for (const part of lexical) overlaps[part]?.addColumn(index, column[part].fill(0))
      addUp(column)
      return column.total
    }
  }
})
