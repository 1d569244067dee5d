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

type Scorer = (fields: ReadonlyArray<string>) => number

const bm25 = (length: number, { averageLength, total }: IndexSize) => {
  const base = k1 * (1 - b + (b * length) / averageLength)
  return (times: number, count: number) => (times === 0 ? 0 : (idf(count, total) * times * (k1 + 1)) / (times + base))
}

const byWords = (terms: ReadonlyArray<CountedTerm>, size: IndexSize): Scorer => {
  const phrases = terms
    .map(({ count, match }) => ({ count, isPrefix: match.endsWith("*"), tokens: tokensOf(match) }))
    .filter(({ tokens }) => tokens.length > 0)
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
    const score = bm25(
      tokens.reduce((sum, { length }) => sum + length, 0),
      size
    )
    return phrases.reduce((sum, phrase) => {
      const times = tokens.reduce((all, field) => all + timesOf(field, phrase.tokens, phrase.isPrefix), 0)
      return sum + score(times, phrase.count)
    }, 0)
  }
}

const byTrigrams = (terms: ReadonlyArray<CountedTerm>, size: IndexSize): Scorer => {
  const parts = terms.map(({ count, match }) => ({ count, part: unquoted(match).toLowerCase() }))
  return (fields) => {
    const texts = fields.map((field) => field.toLowerCase())
    const score = bm25(
      texts.reduce((sum, text) => sum + Math.max(0, [...text].length - 2), 0),
      size
    )
    return parts.reduce(
      (sum, { count, part }) =>
        sum +
        score(
          texts.reduce((all, text) => all + occurrences(text, part), 0),
          count
        ),
      0
    )
  }
}

/** Where a term is in the texts themselves, length does not matter. */
const byTexts = (terms: ReadonlyArray<CountedTerm>, total: number): Scorer => {
  const score = bm25(1, { total, averageLength: 1 })
  return (fields) =>
    terms.reduce(
      (sum, { count, match }) =>
        sum +
        score(
          fields.reduce((all, text) => all + occurrences(text, match), 0),
          count
        ),
      0
    )
}

/**
 * The score of a text by all of these terms: what the indexes would give it, without reading their entries. For a few
 * texts that were found by some of the terms.
 */
export const make = (
  terms: ReadonlyArray<CountedTerm>,
  sizes: { readonly words: IndexSize; readonly trigrams: IndexSize }
): ((fields: Fields) => number) => {
  const of = (index: Term["index"]) => terms.filter((term) => term.index === index)
  const scorers = [
    byWords(of("words"), sizes.words),
    byTrigrams(of("trigrams"), sizes.trigrams),
    byTexts(of("texts"), sizes.words.total)
  ].filter((_, i) => of((["words", "trigrams", "texts"] as const)[i] ?? "texts").length > 0)
  return ({ description, title }) => {
    const fields = description === null ? [title] : [title, description]
    return scorers.reduce((sum, score) => sum + score(fields), 0)
  }
}
