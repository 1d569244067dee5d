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

/** What the length of a text does to a score. */
export const normOf = (length: number, average: number): number => k1 * (1 - b + (b * length) / average)

/** How much a text tells that has a term so often; as FTS5 reckons it, so that what it scores alike is scored alike. */
export const impact = (times: number, norm: number): number => (times * (k1 + 1)) / (times + norm)

/** The bounds of a term; `norms` are those of all texts. */
export const boundsOf = ({ exactly, slots, times }: Postings, norms: Float64Array, windows: number): Bounds => {
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
      const own = impact(counted === manyTimes ? exactly(slot) : counted, norms[slot] ?? 0)
      if (own > most) most = own
    }
    best[window] = most
    starts[window + 1] = at
  }
  return { best, starts }
}
