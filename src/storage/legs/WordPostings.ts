import { b, k1 } from "./KeywordScore.ts"

/** Texts that have a term, by their slots in order, and how often each has it. */
export interface Postings {
  readonly slots: Uint32Array
  /** {@link manyTimes} where it is as often or more. */
  readonly times: Uint8Array
  /** How often exactly, where it is many times. */
  readonly exactly: (slot: number) => number
}

/** What is counted no further in a byte. */
export const manyTimes = 255

/** So many texts, one after the other, have one bound. */
export const windowSize = 1024

/** How much a term adds at most in each window, were its weight 1, and where its postings begin there. */
export interface Bounds {
  readonly best: Float64Array
  readonly starts: Uint32Array
}

/** What lengths of texts do to their scores. */
export interface Norms {
  /** How many words a text has, by its slot. */
  readonly lengths: Uint32Array
  /** What each length does, up to some. */
  readonly ofLength: Float64Array
  readonly average: number
}

/** What the length of a text does to a score. */
const normOf = (length: number, average: number): number => k1 * (1 - b + (b * length) / average)

/** What is longer is reckoned each time. */
const longestKept = 4096

/** What each length does among texts of such an average length, up to some. */
export const normsOf = (average: number, longest: number): Float64Array => {
  const norms = new Float64Array(Math.min(longest, longestKept) + 1)
  for (let length = 0; length < norms.length; length++) norms[length] = normOf(length, average)
  return norms
}

/** What the length of a text does. */
export const normAt = ({ average, lengths, ofLength }: Norms, slot: number): number => {
  const length = lengths[slot] ?? 0
  return length < ofLength.length ? (ofLength[length] ?? 0) : normOf(length, average)
}

/** How much a text tells that has a term so often; as FTS5 reckons it, so that what it scores alike is scored alike. */
export const impact = (times: number, norm: number): number => (times * (k1 + 1)) / (times + norm)

/** The bounds of a term. */
export const boundsOf = ({ exactly, slots, times }: Postings, norms: Norms): Bounds => {
  const windows = Math.ceil(norms.lengths.length / windowSize)
  const best = new Float64Array(windows)
  const starts = new Uint32Array(windows + 1)
  let at = 0
  for (let window = 0; window < windows; window++) {
    const end = (window + 1) * windowSize
    let most = 0
    for (; at < slots.length; at++) {
      const slot = slots[at] ?? 0
      if (slot >= end) break
      const counted = times[at] ?? 0
      const own = impact(counted === manyTimes ? exactly(slot) : counted, normAt(norms, slot))
      if (own > most) most = own
    }
    best[window] = most
    starts[window + 1] = at
  }
  return { best, starts }
}

/** Sums of three and more numbers may be rounded otherwise in another order, as may what is reckoned in another way. */
export const slack = 1 + 1e-9

/**
 * By how much bounds that were found with one average length may be too low with another. Longer texts around a text raise its scores,
 * at most in the same proportion; shorter ones lower them.
 */
export const looseness = (found: number, average: number): number => (average <= found ? 1 : (average / found) * slack)
