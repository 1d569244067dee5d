import type { Term } from "./KeywordQuery.ts"
import { type CountedTerm, idf, type Seen } from "./KeywordScore.ts"
import type { WordPart } from "./WordPart.ts"
import { normsOf } from "./WordPostings.ts"

/** What was found. */
export interface Found {
  readonly id: number
  readonly uri: string
  /** BM25, above 0. */
  readonly score: number
}

/** What was found, by its slots in the index: those of its parts, one after the other. */
export interface RankedSlots {
  /** The terms, and how many texts have each, the rarest first. */
  readonly terms: ReadonlyArray<CountedTerm>
  /** Best first, then by uri. */
  readonly slots: Uint32Array<ArrayBuffer>
  readonly scores: Float64Array<ArrayBuffer>
}

/** The words of texts in memory: what FTS5's index would find by them, with the same scores. It does not change. */
export interface WordIndex {
  /** What it is made of: each text is in one of them, and hidden in the others that have it. */
  readonly parts: ReadonlyArray<WordPart>
  /** How many texts there are, and how many words they have. */
  readonly total: number
  readonly words: number
  /** How many bytes it takes. */
  readonly bytes: number
  /** The best by terms of words: some milliseconds where there are a million. */
  readonly rank: (terms: ReadonlyArray<Term>, limit: number) => RankedSlots
  /** What was ranked, best first. */
  readonly found: (ranked: RankedSlots) => ReadonlyArray<Found>
  /** What each of these texts has of the terms. */
  readonly look: (
    terms: ReadonlyArray<Term>,
    ids: ReadonlyArray<number>
  ) => ReadonlyArray<Seen & { readonly uri: string }>
  /** The URI of a reference; undefined where it has none of the texts. */
  readonly uriOf: (id: number) => string | undefined
}

/** Scores depend on all texts, and not on which part they are in. */
export const make = (parts: ReadonlyArray<WordPart>): WordIndex => {
  const sum = (of: (part: WordPart) => number) => parts.reduce((all, part) => all + of(part), 0)
  const total = sum((part) => part.total)
  const words = sum((part) => part.words)
  const average = words / Math.max(1, total)
  const norms = { average, ofLength: normsOf(average, Math.max(0, ...parts.map(({ longest }) => longest))) }
  /** The slots of each part come after those of the parts before it. */
  let slots = 0
  const placed = parts.map((part) => {
    const first = slots
    slots += part.data.ids.length
    return { part, first }
  })

  const keyAt = (slot: number) => {
    const place = placed.findLast(({ first }) => first <= slot)
    return place?.part.keyAt(slot - place.first) ?? { id: 0, uri: "" }
  }

  const rank: WordIndex["rank"] = (terms, limit) => {
    const looked = terms
      .map((term) => {
        const found = parts.map(({ find }) => find(term))
        return { term: { ...term, count: found.reduce((all, { count }) => all + count, 0) }, found }
      })
      .toSorted((one, other) => one.term.count - other.term.count)
    const wanted = Math.min(limit, total)
    const found = placed.flatMap(({ first, part }, i) => {
      const own = looked.flatMap(({ found, term }) => {
        const inPart = found[i]
        return inPart === undefined ? [] : [{ found: inPart, weight: idf(term.count, total) }]
      })
      const best = wanted === 0 ? [] : part.best(own, wanted, norms)
      return first === 0 ? best : best.map(({ score, slot }) => ({ slot: first + slot, score }))
    })
    const best =
      parts.length === 1
        ? found
        : found
            .toSorted((one, other) => other.score - one.score || (keyAt(one.slot).uri < keyAt(other.slot).uri ? -1 : 1))
            .slice(0, wanted)
    return {
      terms: looked.map(({ term }) => term),
      slots: Uint32Array.from(best, ({ slot }) => slot),
      scores: Float64Array.from(best, ({ score }) => score)
    }
  }

  const found: WordIndex["found"] = ({ scores, slots }) =>
    Array.from(slots, (slot, i) => ({ ...keyAt(slot), score: scores[i] ?? 0 }))

  const look: WordIndex["look"] = (terms, ids) => {
    const looks = parts.map((part) => part.look(terms))
    return ids.flatMap((id) => looks.flatMap((look) => look(id) ?? []))
  }

  const uriOf: WordIndex["uriOf"] = (id) => {
    for (const part of parts) {
      const uri = part.uriOf(id)
      if (uri !== undefined) return uri
    }
    return undefined
  }

  return { parts, total, words, bytes: sum(({ bytes }) => bytes), rank, found, look, uriOf }
}
