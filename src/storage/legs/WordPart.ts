import type { Term } from "./KeywordQuery.ts"
import type { Seen } from "./KeywordScore.ts"
import { begin, border, bytesOf, type Hidden, isHidden, type WordIndexData } from "./WordIndexData.ts"
import * as WordPostings from "./WordPostings.ts"
import * as WordRanking from "./WordRanking.ts"
import { tokensOf } from "./Words.ts"

/** What of the texts of a part no longer counts, as plain data. */
export interface Gone {
  readonly hidden: Hidden
  /** How many of them have each stem. */
  readonly ofStem: Uint32Array
  readonly texts: number
  readonly words: number
}

/** What a term finds in a part. */
export interface FoundTerm {
  /** In how many texts that are not hidden. */
  readonly count: number
  readonly postings: WordPostings.Postings
  readonly bounds: () => WordPostings.Bounds
}

/** Texts that were indexed together, of which some may be hidden by now. It does not change. */
export interface WordPart {
  readonly data: WordIndexData
  readonly gone: Gone
  /** How many texts and words are not hidden. */
  readonly total: number
  readonly words: number
  /** How many words the longest text has. */
  readonly longest: number
  readonly bytes: number
  readonly find: (term: Term) => FoundTerm
  /** The best by terms, each with its weight, among texts of an average length: best first, then by uri, as their slots are. */
  readonly best: (
    terms: ReadonlyArray<{ readonly found: FoundTerm; readonly weight: number }>,
    limit: number,
    norms: Omit<WordPostings.Norms, "lengths">
  ) => ReadonlyArray<{ readonly slot: number; readonly score: number }>
  readonly keyAt: (slot: number) => { readonly id: number; readonly uri: string }
  /** What a text has of the terms; undefined where it is not in this part, or hidden. */
  readonly look: (terms: ReadonlyArray<Term>) => (id: number) => (Seen & { readonly uri: string }) | undefined
  readonly uriOf: (id: number) => string | undefined
  /** The same part, of which this is gone. */
  readonly having: (gone: Gone) => WordPart
  /** The same part, in which these texts are hidden too. */
  readonly without: (ids: Iterable<number>) => WordPart
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

const nothingGone = (texts: number, stems: number): Gone => ({
  hidden: new Uint32Array(new SharedArrayBuffer(4 * Math.ceil(texts / 32))),
  ofStem: new Uint32Array(new SharedArrayBuffer(4 * stems)),
  texts: 0,
  words: 0
})

const copyOf = (numbers: Uint32Array): Uint32Array => {
  const copy = new Uint32Array(new SharedArrayBuffer(numbers.byteLength))
  copy.set(numbers)
  return copy
}

export const make = (data: WordIndexData, gone?: Gone): WordPart => {
  const { byId, ids, lengths, postingEnds, slots, stemEnds, tokenEnds, uriEnds } = data
  const all = { texts: ids.length, words: 0, longest: 0 }
  for (const length of lengths) {
    all.words += length
    if (length > all.longest) all.longest = length
  }
  const bytes = Object.values(data).reduce((sum, { byteLength }) => sum + byteLength, 0)
  const allStems = bytesOf(data.stems)
  const allUris = bytesOf(data.uris)
  /** What bounds are of: they hold whatever is hidden, and whatever the average length becomes. */
  const average = all.words / Math.max(1, all.texts)
  const norms = { lengths, average, ofLength: WordPostings.normsOf(average, all.longest) }
  const kept = new Map<number, WordPostings.Bounds>()

  const stemAt = (number: number) => allStems.toString("utf8", begin(stemEnds, number), stemEnds[number])
  const uriAt = (slot: number) => allUris.toString("utf8", begin(uriEnds, slot), uriEnds[slot])
  const tokensIn = (slot: number) => data.tokens.subarray(begin(tokenEnds, slot), tokenEnds[slot])

  const slotOf = (id: number): number | undefined => {
    const slot = byId[first(0, all.texts, (i) => (ids[byId[i] ?? 0] ?? 0) >= id)]
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

  /** What has a phrase of several words, or with the beginning of one at its end, and is not hidden. */
  const postingsOfPhrase = (phrase: ReadonlyArray<Range>, hidden: Hidden): WordPostings.Postings => {
    const rarest = phrase.reduce((best, range) => (entriesOf(range) < entriesOf(best) ? range : best))
    const begins = begin(postingEnds, rarest.from)
    // One after the other in the order of the stems, so that a text may be there several times.
    const candidates = slots.slice(begins, begins + entriesOf(rarest)).sort()
    const found = new Uint32Array(candidates.length)
    const times = new Uint8Array(candidates.length)
    let length = 0
    for (const [i, slot] of candidates.entries()) {
      if ((i > 0 && slot === candidates[i - 1]) || isHidden(hidden, slot)) continue
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

  const boundsOfWord = (number: number, postings: WordPostings.Postings): WordPostings.Bounds => {
    const known = kept.get(number)
    if (known !== undefined) return known
    const made = WordPostings.boundsOf(postings, norms)
    if (postings.slots.length >= boundsKeptFrom) kept.set(number, made)
    return made
  }

  const none: FoundTerm = {
    count: 0,
    postings: { slots: new Uint32Array(0), times: new Uint8Array(0), exactly: () => 0 },
    bounds: () => ({ best: new Float64Array(0), starts: new Uint32Array(0) })
  }

  /** What has a term, and is not hidden, or may be: postings are those of all texts, counts are not. */
  const found = (phrase: ReadonlyArray<Range>, { hidden, ofStem }: Gone): FoundTerm => {
    const [only] = phrase
    if (only === undefined || phrase.some(({ from, to }) => from === to)) return none
    if (phrase.length > 1 || only.to - only.from > 1) {
      const postings = postingsOfPhrase(phrase, hidden)
      return { count: postings.slots.length, postings, bounds: () => WordPostings.boundsOf(postings, norms) }
    }
    const number = only.from
    const begins = begin(postingEnds, number)
    const ends = postingEnds[number]
    const postings: WordPostings.Postings = {
      slots: slots.subarray(begins, ends),
      times: data.times.subarray(begins, ends),
      exactly: (slot) => timesIn(tokensIn(slot), phrase)
    }
    return {
      count: postings.slots.length - (ofStem[number] ?? 0),
      postings,
      bounds: () => boundsOfWord(number, postings)
    }
  }

  const withGone = (gone: Gone): WordPart => {
    const { hidden } = gone
    const liveSlotOf = (id: number) => {
      const slot = slotOf(id)
      return slot === undefined || isHidden(hidden, slot) ? undefined : slot
    }
    return {
      data,
      gone,
      total: all.texts - gone.texts,
      words: all.words - gone.words,
      longest: all.longest,
      bytes: bytes + gone.hidden.byteLength + gone.ofStem.byteLength,
      find: (term) => found(phraseOf(term), gone),
      best: (terms, limit, now) => {
        const loose = WordPostings.looseness(average, now.average)
        const weighted = terms
          .filter(({ found }) => found.count > 0)
          .map(({ found: { bounds, postings }, weight }) => ({
            postings,
            bounds: bounds(),
            weight,
            boundWeight: weight * loose
          }))
        return WordRanking.best(weighted, limit, { norms: { ...now, lengths }, hidden })
      },
      keyAt: (slot) => ({ id: ids[slot] ?? 0, uri: uriAt(slot) }),
      look: (terms) => {
        const phrases = terms.map(phraseOf)
        return (id) => {
          const slot = liveSlotOf(id)
          if (slot === undefined) return undefined
          const own = tokensIn(slot)
          const times = phrases.map((phrase) => timesIn(own, phrase))
          return { uri: uriAt(slot), times, words: lengths[slot] ?? 0, trigrams: 0 }
        }
      },
      uriOf: (id) => {
        const slot = liveSlotOf(id)
        return slot === undefined ? undefined : uriAt(slot)
      },
      having: withGone,
      without: (others) => {
        const more = [...new Set(others)].flatMap((id) => liveSlotOf(id) ?? [])
        if (more.length === 0) return withGone(gone)
        const hidden = copyOf(gone.hidden)
        const ofStem = copyOf(gone.ofStem)
        let words = gone.words
        for (const slot of more) {
          hidden[slot >> 5] = (hidden[slot >> 5] ?? 0) | (1 << (slot & 31))
          words += lengths[slot] ?? 0
          for (const stem of new Set(tokensIn(slot))) if (stem !== border) ofStem[stem] = (ofStem[stem] ?? 0) + 1
        }
        return withGone({ hidden, ofStem, texts: gone.texts + more.length, words })
      }
    }
  }

  return withGone(gone ?? nothingGone(all.texts, stemEnds.length))
}
