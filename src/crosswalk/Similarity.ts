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

/** How many rows of cosines are computed at once: reading a vector from memory costs more than multiplying it. */
const block = 4

/**
 * The cosines of up to four vectors of one side, from `first` on, with all of the other, which are written to `out` row by
 * row. Four by two sums at a time are twice as fast as one. Each sum is added up in the order of the dimensions, so that a
 * pair gets the same number whichever side is asked.
 */
const multiply = (
  own: Float32Array,
  first: number,
  other: Float32Array,
  dimensions: number,
  out: Float32Array
): void => {
  const last = own.length / dimensions - 1
  const size = other.length / dimensions
  const a = Math.min(first, last) * dimensions
  const b = Math.min(first + 1, last) * dimensions
  const c = Math.min(first + 2, last) * dimensions
  const d = Math.min(first + 3, last) * dimensions
  for (let i = 0; i < size; i += 2) {
    const x = i * dimensions
    const y = Math.min(i + 1, size - 1) * dimensions
    let ax = 0
    let bx = 0
    let cx = 0
    let dx = 0
    let ay = 0
    let by = 0
    let cy = 0
    let dy = 0
    for (let k = 0; k < dimensions; k++) {
      const xk = other[x + k]!
      const yk = other[y + k]!
      const ak = own[a + k]!
      const bk = own[b + k]!
      const ck = own[c + k]!
      const dk = own[d + k]!
      ax += ak * xk
      ay += ak * yk
      bx += bk * xk
      by += bk * yk
      cx += ck * xk
      cy += ck * yk
      dx += dk * xk
      dy += dk * yk
    }
    out[i] = ax
    out[size + i] = bx
    out[2 * size + i] = cx
    out[3 * size + i] = dx
    if (i + 1 === size) continue
    out[i + 1] = ay
    out[size + i + 1] = by
    out[2 * size + i + 1] = cy
    out[3 * size + i + 1] = dy
  }
}

/** The cosines of each vector of one side with all of the other, a block of rows ahead. */
const cosines = (own: Side, other: Side) => {
  const size = other.texts.length
  const dimensions = other.vectors.length / size
  const rows = new Float32Array(block * size)
  let first = -1
  return (index: number): Float32Array => {
    const start = index - (index % block)
    if (start !== first) multiply(own.vectors, start, other.vectors, dimensions, rows)
    first = start
    return rows.subarray((index - start) * size, (index - start + 1) * size)
  }
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
  const cosinesOfRow = cosines(from, to)
  const cosinesOfColumn = cosines(to, from)
  const addUp = (line: Line) => {
    for (let i = 0; i < line.total.length; i++) {
      line.total[i] =
        weights.meaning * line.meaning[i]! + weights.words * line.words[i]! + weights.trigrams * line.trigrams[i]!
    }
  }
  return {
    row: (index) => {
      if (weights.meaning > 0) row.meaning.set(cosinesOfRow(index))
      for (const part of lexical) overlaps[part]?.addRow(index, row[part].fill(0))
      addUp(row)
      return row
    },
    column: (index) => {
      if (weights.meaning > 0) column.meaning.set(cosinesOfColumn(index))
      for (const part of lexical) overlaps[part]?.addColumn(index, column[part].fill(0))
      addUp(column)
      return column.total
    }
  }
})
