import * as BestSlots from "./BestSlots.ts"
import { type Hidden, isHidden } from "./WordIndexData.ts"
import { type Bounds, impact, manyTimes, type Norms, normAt, type Postings, slack, windowSize } from "./WordPostings.ts"

/** A term that a ranking adds up. */
export interface WeightedTerm {
  readonly postings: Postings
  readonly bounds: Bounds
  /** Its inverse document frequency. */
  readonly weight: number
  /** The same for its bounds: more, where they may be too low. */
  readonly boundWeight: number
}

/** The texts that are ranked. */
export interface Ranked {
  readonly norms: Norms
  readonly hidden: Hidden
}

/** What a term adds to the text at this place of its postings. */
const added = ({ postings, weight }: WeightedTerm, at: number, norms: Norms): number => {
  const times = postings.times[at] ?? 0
  const slot = postings.slots[at] ?? 0
  return weight * impact(times === manyTimes ? postings.exactly(slot) : times, normAt(norms, slot))
}

/** The place of the first posting that is not before a text, from one that may be. */
const placeOf = (slots: Uint32Array, slot: number, from: number, end: number): number => {
  let low = from
  let step = 1
  while (low + step < end && (slots[low + step] ?? 0) < slot) {
    low += step
    step *= 2
  }
  let high = Math.min(end, low + step)
  while (low < high) {
    const middle = (low + high) >> 1
    if ((slots[middle] ?? 0) < slot) low = middle + 1
    else high = middle
  }
  return low
}

/** Sums of the texts of a window, and a bit for each that has one. */
interface Sums {
  readonly values: Float64Array
  readonly bits: Int32Array
}

/** Adds what a term has in a window. */
const addAll = (term: WeightedTerm, window: number, { bits, values }: Sums, norms: Norms): void => {
  const { bounds, postings, weight } = term
  const { slots, times } = postings
  const base = window * windowSize
  const end = bounds.starts[window + 1] ?? 0
  for (let at = bounds.starts[window] ?? 0; at < end; at++) {
    const slot = slots[at] ?? 0
    const place = slot - base
    const counted = times[at] ?? 0
    const own = impact(counted === manyTimes ? postings.exactly(slot) : counted, normAt(norms, slot))
    values[place] = (values[place] ?? 0) + weight * own
    bits[place >> 5] = (bits[place >> 5] ?? 0) | (1 << (place & 31))
  }
}

/** So many postings of the rarest terms, times the limit, tell beforehand what the last of the best has at least. */
const sampled = 16

/** The first terms that have no more than so many postings together. */
const rarest = (terms: ReadonlyArray<WeightedTerm>, postings: number): ReadonlyArray<WeightedTerm> => {
  let sum = 0
  return terms.filter(({ postings: { slots } }) => {
    sum += slots.length
    return sum <= postings
  })
}

/** What every text has to score more than, to be one of the best: those of the rarest terms alone have as much. */
const floorOf = (terms: ReadonlyArray<WeightedTerm>, limit: number, ranked: Ranked): number => {
  const few = rarest(terms, sampled * limit)
  if (few.length === 0 || few.length === terms.length) return -1
  const last = bestAbove(few, limit, ranked, -1)[limit - 1]
  // A text that scores as much may be among them.
  return last === undefined ? -1 : last.score / slack
}

/**
 * The best texts by the sum of what each term adds, best first, then in the order of their slots: the same as if every text that is
 * not hidden were scored. In each window of texts the terms at the end, which are the most frequent, find nothing by themselves where all of them
 * together add no more than what the last of the best has (MaxScore, by blocks: Turtle and Flood 1995, Ding and Suel 2011).
 */
export const best = (terms: ReadonlyArray<WeightedTerm>, limit: number, ranked: Ranked) =>
  bestAbove(terms, limit, ranked, floorOf(terms, limit, ranked))

/** The same of texts that score more than `floor`. */
const bestAbove = (terms: ReadonlyArray<WeightedTerm>, limit: number, ranked: Ranked, floor: number) => {
  const { hidden, norms } = ranked
  const found = BestSlots.make(limit)
  const windows = Math.ceil(norms.lengths.length / windowSize)
  const sums: Sums = { values: new Float64Array(windowSize), bits: new Int32Array(windowSize >> 5) }
  /** What the terms from this one on add at most. */
  const rest = new Float64Array(terms.length + 1)
  const cursors = new Uint32Array(terms.length)

  /** Adds what the terms from `first` on have of a text, unless it is none of the best. */
  const complete = (slot: number, sum: number, first: number, window: number) => {
    let score = sum
    const least = Math.max(floor, found.least())
    for (let i = first; i < terms.length; i++) {
      if (score + (rest[i] ?? 0) * slack <= least) return
      const term = terms[i]
      if (term === undefined) return
      const { slots } = term.postings
      const end = term.bounds.starts[window + 1] ?? 0
      const at = placeOf(slots, slot, cursors[i] ?? 0, end)
      cursors[i] = at
      if (at < end && slots[at] === slot) score += added(term, at, norms)
    }
    if (score > least && !isHidden(hidden, slot)) found.offer(slot, score)
  }

  for (let window = 0; window < windows; window++) {
    const least = Math.max(floor, found.least())
    let most = 0
    for (let i = 0; i < terms.length; i++) most += (terms[i]?.boundWeight ?? 0) * (terms[i]?.bounds.best[window] ?? 0)
    if (most <= least) continue
    let first = terms.length
    for (let i = terms.length - 1; i >= 0; i--) {
      const term = terms[i]
      rest[i] = (rest[i + 1] ?? 0) + (term === undefined ? 0 : term.boundWeight * (term.bounds.best[window] ?? 0))
      if ((rest[i] ?? 0) * (terms.length - i > 2 ? slack : 1) <= least) first = i
      cursors[i] = term?.bounds.starts[window] ?? 0
    }
    for (let i = 0; i < first; i++) {
      const term = terms[i]
      if (term !== undefined) addAll(term, window, sums, norms)
    }
    const { bits, values } = sums
    const base = window * windowSize
    for (let part = 0; part < bits.length; part++) {
      let left = bits[part] ?? 0
      bits[part] = 0
      while (left !== 0) {
        const place = 32 * part + 31 - Math.clz32(left & -left)
        left &= left - 1
        const sum = values[place] ?? 0
        values[place] = 0
        complete(base + place, sum, first, window)
      }
    }
  }
  return found.ranked()
}
