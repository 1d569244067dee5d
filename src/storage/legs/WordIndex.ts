import type { Term } from "./KeywordQuery.ts"
import { type CountedTerm, idf, type Seen } from "./KeywordScore.ts"
import { border, type WordIndexData } from "./WordIndexData.ts"
import * as WordPostings from "./WordPostings.ts"
import * as WordRanking from "./WordRanking.ts"
import { tokensOf } from "./Words.ts"

/** What was found. */
export interface Found {
  readonly id: number
  readonly uri: string
  /** BM25, above 0. */
  readonly score: number
}

/** What was found, by its slots in the index. */
export interface RankedSlots {
  /** The terms, and how many texts have each, the rarest first. */
  readonly terms: ReadonlyArray<CountedTerm>
  /** Best first, then by uri. */
  readonly slots: Uint32Array<ArrayBuffer>
  readonly scores: Float64Array<ArrayBuffer>
}

/** The words of texts in memory: what FTS5's index would find by them, with the same scores. */
export interface WordIndex {
  /** What it is made of, which another thread can make the same of. */
  readonly data: WordIndexData
  /** How many texts there are. */
  readonly total: number
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

/** The numbers of stems from one on to before another: those of a word, or of all that begin so. */
interface Range {
  readonly from: number
  readonly to: number
}

/** The first number that `is` says yes to, as it does to all after it; `to` where it says no to all. */
const first = (from: number, to: number, is: (number: number) => boolean): number => {
  let low = from
  let high = to
  while (low < high) {
    const middle = (low + high) >> 1
    if (is(middle)) high = middle
    else low = middle + 1
  }
  return low
}

/** From so many postings on the bounds of a term are kept. */
const boundsKeptFrom = 2048

/** Of so many stems one is kept as a text. */
const signpostEvery = 16

export const make = (data: WordIndexData): WordIndex => {
  const { byId, ids, lengths, norms, postingEnds, slots, stemEnds, tokenEnds, uriEnds } = data
  const total = ids.length
  const windows = Math.ceil(total / WordPostings.windowSize)
  const bytesOf = ({ buffer, byteLength, byteOffset }: Uint8Array) => Buffer.from(buffer, byteOffset, byteLength)
  const allStems = bytesOf(data.stems)
  const allUris = bytesOf(data.uris)
  const kept = new Map<number, WordPostings.Bounds>()

  const begin = (ends: Uint32Array, i: number): number => (i === 0 ? 0 : (ends[i - 1] ?? 0))
  const stemAt = (number: number) => allStems.toString("utf8", begin(stemEnds, number), stemEnds[number])
  const uriAt = (slot: number) => allUris.toString("utf8", begin(uriEnds, slot), uriEnds[slot])
  const tokensIn = (slot: number) => data.tokens.subarray(begin(tokenEnds, slot), tokenEnds[slot])

  const slotOf = (id: number): number | undefined => {
    const slot = byId[first(0, total, (i) => (ids[byId[i] ?? 0] ?? 0) >= id)]
    return slot !== undefined && ids[slot] === id ? slot : undefined
  }

  /** Stems as texts at equal distances, so that few others are decoded to find a word. */
  const signposts = Array.from({ length: Math.ceil(stemEnds.length / signpostEvery) }, (_, i) =>
    stemAt(i * signpostEvery)
  )

  const rangeOf = (word: string, isPrefix: boolean): Range => {
    const next = first(0, signposts.length, (i) => (signposts[i] ?? "") >= word)
    const last = Math.min(next * signpostEvery, stemEnds.length)
    const from = first(Math.max(0, (next - 1) * signpostEvery), last, (number) => stemAt(number) >= word)
    if (isPrefix) return { from, to: first(from, stemEnds.length, (number) => !stemAt(number).startsWith(word)) }
    return { from, to: from < stemEnds.length && stemAt(from) === word ? from + 1 : from }
  }

  /** What a term looks for, one after the other. */
  const phraseOf = ({ match }: Term): ReadonlyArray<Range> => {
    const words = tokensOf(match)
    return words.map((word, i) => rangeOf(word, match.endsWith("*") && i === words.length - 1))
  }

  /** How often a text has a phrase. */
  const timesIn = (own: Uint32Array, phrase: ReadonlyArray<Range>): number => {
    let times = 0
    for (let at = 0; at + phrase.length <= own.length; at++) {
      let i = 0
      for (const { from, to } of phrase) {
        const token = own[at + i] ?? border
        if (token < from || token >= to) break
        i++
      }
      if (i === phrase.length) times++
    }
    return phrase.length === 0 ? 0 : times
  }

  const entriesOf = ({ from, to }: Range) => (to === from ? 0 : (postingEnds[to - 1] ?? 0) - begin(postingEnds, from))

  /** What has a phrase of several words, or with the beginning of one at its end. */
  const postingsOfPhrase = (phrase: ReadonlyArray<Range>): WordPostings.Postings => {
    const rarest = phrase.reduce((best, range) => (entriesOf(range) < entriesOf(best) ? range : best))
    const begins = begin(postingEnds, rarest.from)
    // One after the other in the order of the stems, so that a text may be there several times.
    const candidates = slots.slice(begins, begins + entriesOf(rarest)).sort()
    const found = new Uint32Array(candidates.length)
    const times = new Uint8Array(candidates.length)
    let length = 0
    for (const [i, slot] of candidates.entries()) {
      if (i > 0 && slot === candidates[i - 1]) continue
      const counted = timesIn(tokensIn(slot), phrase)
      if (counted === 0) continue
      found[length] = slot
      times[length++] = Math.min(WordPostings.manyTimes, counted)
    }
    return {
      slots: found.subarray(0, length),
      times: times.subarray(0, length),
      exactly: (slot) => timesIn(tokensIn(slot), phrase)
    }
  }

  const none: WordPostings.Postings = { slots: new Uint32Array(0), times: new Uint8Array(0), exactly: () => 0 }

  const postingsOf = (phrase: ReadonlyArray<Range>): WordPostings.Postings => {
    const [only] = phrase
    if (only === undefined || phrase.some(({ from, to }) => from === to)) return none
    if (phrase.length > 1 || only.to - only.from > 1) return postingsOfPhrase(phrase)
    const begins = begin(postingEnds, only.from)
    const ends = postingEnds[only.from]
    return {
      slots: slots.subarray(begins, ends),
      times: data.times.subarray(begins, ends),
      exactly: (slot) => timesIn(tokensIn(slot), phrase)
    }
  }

  const boundsOf = (phrase: ReadonlyArray<Range>, postings: WordPostings.Postings): WordPostings.Bounds => {
    const [only] = phrase
    const isWord = phrase.length === 1 && only !== undefined && only.to - only.from === 1
    if (!isWord || postings.slots.length < boundsKeptFrom) return WordPostings.boundsOf(postings, norms, windows)
    const known = kept.get(only.from)
    if (known !== undefined) return known
    const made = WordPostings.boundsOf(postings, norms, windows)
    kept.set(only.from, made)
    return made
  }

  const rank: WordIndex["rank"] = (terms, limit) => {
    const looked = terms
      .map((term) => {
        const phrase = phraseOf(term)
        const postings = postingsOf(phrase)
        return { term: { ...term, count: postings.slots.length }, phrase, postings }
      })
      .toSorted((one, other) => one.term.count - other.term.count)
    const weighted = looked
      .filter(({ term }) => term.count > 0)
      .map(({ phrase, postings, term }) => ({
        postings,
        bounds: boundsOf(phrase, postings),
        weight: idf(term.count, total)
      }))
    const best = limit === 0 ? [] : WordRanking.best(weighted, Math.min(limit, total), norms)
    return {
      terms: looked.map(({ term }) => term),
      slots: Uint32Array.from(best, ({ slot }) => slot),
      scores: Float64Array.from(best, ({ score }) => score)
    }
  }

  const found: WordIndex["found"] = ({ scores, slots }) =>
    Array.from(slots, (slot, i) => ({ id: ids[slot] ?? 0, uri: uriAt(slot), score: scores[i] ?? 0 }))

  const look: WordIndex["look"] = (terms, wanted) => {
    const phrases = terms.map(phraseOf)
    return wanted.flatMap((id) => {
      const slot = slotOf(id)
      if (slot === undefined) return []
      const own = tokensIn(slot)
      const times = phrases.map((phrase) => timesIn(own, phrase))
      return [{ uri: uriAt(slot), times, words: lengths[slot] ?? 0, trigrams: 0 }]
    })
  }

  const uriOf: WordIndex["uriOf"] = (id) => {
    const slot = slotOf(id)
    return slot === undefined ? undefined : uriAt(slot)
  }

  const bytes = Object.values(data).reduce((sum, { byteLength }) => sum + byteLength, 0)

  return { data, total, bytes, rank, found, look, uriOf }
}
