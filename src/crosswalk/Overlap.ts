import { Effect } from "effect"

/**
 * How much of their terms two texts share, as BM25 in both directions, each relative to what a text scores against itself:
 * 0 where they share nothing, about 1 where they are equal. The rarity of a term is that in both sides together.
 */
export interface Overlap {
  /** Adds the overlap of a text of the first side with every text of the second to `out`. */
  readonly addRow: (row: number, out: Float32Array) => void
  /** Adds the overlap of a text of the second side with every text of the first to `out`. */
  readonly addColumn: (column: number, out: Float32Array) => void
}

/** BM25's usual saturation and normalisation by length. */
const k1 = 1.2
const b = 0.75

/** The terms of the texts of one side, and the texts of each term. */
interface Side {
  /** Text i has the terms `terms[starts[i] … starts[i + 1]]`. */
  readonly starts: Int32Array
  readonly terms: Int32Array
  /** What each of these terms scores in that text. */
  readonly weights: Float32Array
  /** Term t is in the texts `texts[places[t] … places[t + 1]]`. */
  readonly places: Int32Array
  readonly texts: Int32Array
  readonly scores: Float32Array
  /** One divided by what each text scores against itself; 0 for a text without terms. */
  readonly inverse: Float32Array
}

type Counts = ReadonlyArray<ReadonlyMap<number, number>>

type Terms = (text: string) => ReadonlyArray<string>

/** How many texts are taken apart before other fibers run. */
const groupSize = 100

const count = Effect.fnUntraced(function* (texts: ReadonlyArray<string>, terms: Terms, ids: Map<string, number>) {
  const all: Array<ReadonlyMap<number, number>> = []
  for (const [index, text] of texts.entries()) {
    const counts = new Map<number, number>()
    for (const term of terms(text)) {
      const id = ids.get(term) ?? ids.size
      if (id === ids.size) ids.set(term, id)
      counts.set(id, (counts.get(id) ?? 0) + 1)
    }
    all.push(counts)
    if (index % groupSize === groupSize - 1) yield* Effect.yieldNow
  }
  return all
})

const sideOf = (counts: Counts, rarity: Float64Array): Side => {
  const size = counts.reduce((sum, terms) => sum + terms.size, 0)
  const lengths = counts.map((terms) => [...terms.values()].reduce((sum, n) => sum + n, 0))
  const average = lengths.reduce((sum, n) => sum + n, 0) / Math.max(1, counts.length)
  const starts = new Int32Array(counts.length + 1)
  const terms = new Int32Array(size)
  const weights = new Float32Array(size)
  const inverse = new Float32Array(counts.length)
  const places = new Int32Array(rarity.length + 1)
  let next = 0
  counts.forEach((ofText, text) => {
    let self = 0
    // In one order everywhere, so that the sums of a pair are equal whichever side is asked.
    for (const [term, n] of [...ofText].sort(([a], [b]) => a - b)) {
      const length = 1 - b + (b * (lengths[text] ?? 0)) / average
      const weight = ((rarity[term] ?? 0) * n * (k1 + 1)) / (n + k1 * length)
      self += weight
      terms[next] = term
      weights[next++] = weight
      places[term + 1]! += 1
    }
    starts[text + 1] = next
    inverse[text] = self > 0 ? 1 / self : 0
  })
  for (let term = 0; term < rarity.length; term++) places[term + 1]! += places[term]!
  const free = places.slice()
  const texts = new Int32Array(size)
  const scores = new Float32Array(size)
  for (let text = 0; text < counts.length; text++) {
    for (let at = starts[text]!; at < starts[text + 1]!; at++) {
      const place = free[terms[at]!]!++
      texts[place] = text
      scores[place] = weights[at]!
    }
  }
  return { starts, terms, weights, places, texts, scores, inverse }
}

const add =
  (own: Side, other: Side) =>
  (text: number, out: Float32Array): void => {
    const scale = own.inverse[text]! / 2
    for (let at = own.starts[text]!; at < own.starts[text + 1]!; at++) {
      const term = own.terms[at]!
      const score = own.weights[at]! / 2
      const end = other.places[term + 1]!
      for (let place = other.places[term]!; place < end; place++) {
        const found = other.texts[place]!
        out[found]! += other.scores[place]! * scale + score * other.inverse[found]!
      }
    }
  }

/** The overlap of the terms of texts. */
export const make = Effect.fnUntraced(function* (
  first: ReadonlyArray<string>,
  second: ReadonlyArray<string>,
  terms: Terms
): Effect.fn.Return<Overlap> {
  const ids = new Map<string, number>()
  const counts = [yield* count(first, terms, ids), yield* count(second, terms, ids)] as const
  const texts = first.length + second.length
  const rarity = new Float64Array(ids.size)
  for (const side of counts) for (const found of side) for (const term of found.keys()) rarity[term]! += 1
  for (let term = 0; term < rarity.length; term++) {
    rarity[term] = Math.log(1 + (texts - rarity[term]! + 0.5) / (rarity[term]! + 0.5))
  }
  const from = sideOf(counts[0], rarity)
  yield* Effect.yieldNow
  const to = sideOf(counts[1], rarity)
  return { addRow: add(from, to), addColumn: add(to, from) }
})
