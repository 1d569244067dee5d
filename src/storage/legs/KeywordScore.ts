import type { Term } from "./KeywordQuery.ts"
import { stem } from "./Porter.ts"
import { tokensOf, unquoted, wordsOf } from "./Words.ts"

/** A term, and how many references have it. */
export interface CountedTerm extends Term {
  readonly count: number
}

/** What BM25 needs to know of an index. */
export interface IndexSize {
  /** How many references it holds. */
  readonly total: number
  /** How many tokens a reference has on average. */
  readonly averageLength: number
}

/** The fields of a reference that are searched. */
export interface Fields {
  readonly title: string
  readonly description: string | null
}

/** The parameters of BM25, as FTS5 has them. */
export const k1 = 1.2
export const b = 0.75

/** How much a term tells that `count` of `total` texts have; as FTS5 reckons it. */
export const idf = (count: number, total: number): number =>
  Math.max(1e-6, Math.log((total - count + 0.5) / (count + 0.5)))

/** The numbers of SQLite's variable length that bytes hold, such as FTS5's totals: references, then tokens of each column. */
export const varints = (bytes: Uint8Array): ReadonlyArray<number> => {
  const numbers: Array<number> = []
  let value = 0
  for (const byte of bytes) {
    value = value * 128 + (byte & 127)
    if (byte < 128) {
      numbers.push(value)
      value = 0
    }
  }
  return numbers
}

/** How often a field has the tokens of a term one after the other. */
const timesOf = (tokens: ReadonlyArray<string>, phrase: ReadonlyArray<string>, isPrefix: boolean): number => {
  const last = phrase.length - 1
  let times = 0
  for (let at = 0; at + last < tokens.length; at++) {
    const isHere = phrase.every((token, i) =>
      i === last && isPrefix ? tokens[at + i]?.startsWith(token) : tokens[at + i] === token
    )
    if (isHere) times++
  }
  return times
}

const occurrences = (text: string, part: string): number => {
  let times = 0
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) times++
  return times
}

/** What a text has of some terms: how often each, in their order, and how long it is. */
export interface Seen {
  readonly times: ReadonlyArray<number>
  /** In words, and in trigrams; 0 where no term is of these. */
  readonly words: number
  readonly trigrams: number
}

/** A way to look at the fields of a text: how often they have each of some terms, and how long they are. */
type Look = (fields: ReadonlyArray<string>) => { readonly times: ReadonlyArray<number>; readonly length: number }

const forWords = (terms: ReadonlyArray<Term>): Look => {
  const phrases = terms.map(({ match }) => ({ isPrefix: match.endsWith("*"), tokens: tokensOf(match) }))
  // A stem begins as its word does, so that other words need none: to find them takes most of the time.
  const beginnings = new Set(phrases.flatMap(({ tokens }) => tokens.map((token) => token.charCodeAt(0))))
  const stems = new Map<string, string>()
  const stemOf = (word: string) => {
    if (!beginnings.has(word.charCodeAt(0))) return word
    const known = stems.get(word)
    if (known !== undefined) return known
    const made = stem(word)
    stems.set(word, made)
    return made
  }
  return (fields) => {
    const tokens = fields.map((field) => wordsOf(field).map(stemOf))
    return {
      times: phrases.map((phrase) =>
        phrase.tokens.length === 0
          ? 0
          : tokens.reduce((all, field) => all + timesOf(field, phrase.tokens, phrase.isPrefix), 0)
      ),
      length: tokens.reduce((sum, { length }) => sum + length, 0)
    }
  }
}

const forParts = (terms: ReadonlyArray<Term>, cased: (text: string) => string): Look => {
  const parts = terms.map(({ match }) => cased(unquoted(match)))
  return (fields) => {
    const texts = fields.map(cased)
    return {
      times: parts.map((part) => texts.reduce((all, text) => all + occurrences(text, part), 0)),
      length: texts.reduce((sum, text) => sum + Math.max(0, [...text].length - 2), 0)
    }
  }
}

/** Looks at texts for these terms, as the indexes have them, without reading their entries. */
export const reader = (terms: ReadonlyArray<Term>): ((fields: Fields) => Seen) => {
  const looks = {
    words: forWords,
    trigrams: (own: ReadonlyArray<Term>) => forParts(own, (text) => text.toLowerCase()),
    texts: (own: ReadonlyArray<Term>) => forParts(own, (text) => text)
  }
  const ways = (["words", "trigrams", "texts"] as const).flatMap((index) => {
    const places = [...terms.keys()].filter((i) => terms[i]?.index === index)
    const look = looks[index](terms.filter((term) => term.index === index))
    return places.length === 0 ? [] : [{ index, places, look }]
  })
  return ({ description, title }) => {
    const fields = description === null ? [title] : [title, description]
    const times = terms.map(() => 0)
    const lengths = { words: 0, trigrams: 0, texts: 0 }
    for (const { index, look, places } of ways) {
      const seen = look(fields)
      lengths[index] = seen.length
      for (const [i, place] of places.entries()) times[place] = seen.times[i] ?? 0
    }
    return { times, words: lengths.words, trigrams: lengths.trigrams }
  }
}

/** How many of some texts have each term, and how long they are. */
export const countsOf = <T extends Term>(terms: ReadonlyArray<T>, texts: ReadonlyArray<Seen>) => {
  const size = (length: (seen: Seen) => number): IndexSize => ({
    total: texts.length,
    averageLength: texts.reduce((sum, seen) => sum + length(seen), 0) / Math.max(1, texts.length)
  })
  return {
    terms: terms.map((term, i): T & CountedTerm => ({
      ...term,
      count: texts.reduce((sum, { times }) => sum + ((times[i] ?? 0) > 0 ? 1 : 0), 0)
    })),
    sizes: { words: size(({ words }) => words), trigrams: size(({ trigrams }) => trigrams) }
  }
}

/** The score of a text by all terms that it was looked at for: what the indexes would give it. */
export const make = (
  terms: ReadonlyArray<CountedTerm>,
  sizes: { readonly words: IndexSize; readonly trigrams: IndexSize }
): ((seen: Seen) => number) => {
  const weights = terms.map(({ count, index }) => idf(count, sizes[index === "trigrams" ? index : "words"].total))
  // The rarest first, as the index in memory adds them.
  const places = [...terms.keys()].toSorted((i, j) => (terms[i]?.count ?? 0) - (terms[j]?.count ?? 0))
  const base = (length: number, { averageLength }: IndexSize) => k1 * (1 - b + (b * length) / averageLength)
  return ({ times, trigrams, words }) => {
    // Where a term is in the texts themselves, length does not matter.
    const bases = { words: base(words, sizes.words), trigrams: base(trigrams, sizes.trigrams), texts: k1 }
    return places.reduce((sum, place) => {
      const n = times[place] ?? 0
      const of = bases[terms[place]?.index ?? "texts"]
      return n === 0 ? sum : sum + (weights[place] ?? 0) * ((n * (k1 + 1)) / (n + of))
    }, 0)
  }
}
