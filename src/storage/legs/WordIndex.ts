import type { Term } from "./KeywordQuery.ts"
import { b, type CountedTerm, type Fields, idf, k1 } from "./KeywordScore.ts"
import { stem } from "./Porter.ts"
import { tokensOf, wordsOf } from "./Words.ts"

/** A text that is found by its words. */
export interface Entry extends Fields {
  /** The id of its reference. */
  readonly id: number
  readonly uri: string
}

/** What was found. */
export interface Found {
  readonly id: number
  readonly uri: string
  /** BM25, above 0. */
  readonly score: number
}

/** The words of texts in memory: what FTS5's index would find by them, with the same scores. */
export interface WordIndex {
  /** Adds a text, or puts it in the place of the one of this id. */
  readonly add: (entry: Entry) => void
  readonly remove: (id: number) => void
  /** How many texts there are, or of these ids, and how many tokens in all of them. */
  readonly size: (among?: ReadonlyArray<number>) => { readonly total: number; readonly tokens: number }
  /** How many texts, or of those of these ids, have each of the terms, which are of words, the rarest first. */
  readonly count: (terms: ReadonlyArray<Term>, among?: ReadonlyArray<number>) => ReadonlyArray<CountedTerm>
  /** The best by these terms, and what scores as the last of them, best first, then by uri; of some as if they were alone, where ids are given. */
  readonly rank: (
    terms: ReadonlyArray<CountedTerm>,
    limit: number,
    among?: ReadonlyArray<number>
  ) => ReadonlyArray<Found>
  /** Whether half of what it holds are texts that are gone: then it is time for a new one. */
  readonly isWorn: () => boolean
}

/** Whole numbers that become more. */
interface Numbers {
  values: Int32Array
  length: number
}

const numbers = (): Numbers => ({ values: new Int32Array(8), length: 0 })

const push = (list: Numbers, value: number) => {
  if (list.length === list.values.length) {
    const longer = new Int32Array(2 * list.length)
    longer.set(list.values)
    list.values = longer
  }
  list.values[list.length++] = value
}

/** Between the fields of a text: no phrase goes beyond one. */
const border = -1

/** Texts that have a term: a slot and how often it has it, by turns. Some may be gone. */
type Postings = Numbers

/** The largest of so many numbers; the least of them is at the front. */
const heap = (size: number) => {
  const values = new Float64Array(size)
  let length = 0
  const at = (i: number) => values[i] ?? Number.POSITIVE_INFINITY
  const swap = (i: number, j: number) => {
    const value = at(i)
    values[i] = at(j)
    values[j] = value
  }
  const offer = (value: number) => {
    if (length < size) {
      values[length] = value
      for (let i = length++; i > 0 && at(i) < at((i - 1) >> 1); i = (i - 1) >> 1) swap(i, (i - 1) >> 1)
    } else if (value > at(0)) {
      values[0] = value
      for (let i = 0; ; ) {
        const left = 2 * i + 1
        const right = left + 1
        const least = right < length && at(right) < at(left) ? right : left
        if (least >= length || at(least) >= at(i)) return
        swap(i, least)
        i = least
      }
    }
  }
  return { offer, least: () => (length < size ? 0 : at(0)) }
}

/** An index without texts. */
export const make = (): WordIndex => {
  /** A number for each stem, and for each word the one of its stem. */
  const numberOfStem = new Map<string, number>()
  const numberOfWord = new Map<string, number>()
  const postings: Array<Postings> = []
  /** Of each stem how many texts have it. */
  const counts = numbers()
  /** Each text has a slot: its id and uri, its length in words, -1 where it is gone, and where its tokens begin and end. */
  const ids: Array<number> = []
  const uris: Array<string> = []
  const lengths = numbers()
  const starts = numbers()
  const ends = numbers()
  const tokens = numbers()
  const slotOf = new Map<number, number>()
  let allTokens = 0
  let scores = new Float64Array(0)

  const numberOf = (word: string): number => {
    const known = numberOfWord.get(word)
    if (known !== undefined) return known
    const root = stem(word)
    const given = numberOfStem.get(root) ?? postings.length
    if (given === postings.length) {
      numberOfStem.set(root, given)
      postings.push(numbers())
      push(counts, 0)
    }
    numberOfWord.set(word, given)
    return given
  }

  const tokensIn = (slot: number): Int32Array => tokens.values.subarray(starts.values[slot], ends.values[slot])

  const remove = (id: number) => {
    const slot = slotOf.get(id)
    if (slot === undefined) return
    slotOf.delete(id)
    for (const number of new Set(tokensIn(slot))) {
      if (number !== border) counts.values[number] = (counts.values[number] ?? 0) - 1
    }
    allTokens -= lengths.values[slot] ?? 0
    lengths.values[slot] = -1
  }

  const add = ({ description, id, title, uri }: Entry) => {
    remove(id)
    const slot = ids.length
    ids.push(id)
    uris.push(uri)
    slotOf.set(id, slot)
    push(starts, tokens.length)
    let length = 0
    for (const field of description === null ? [title] : [title, description]) {
      if (length > 0) push(tokens, border)
      for (const word of wordsOf(field)) {
        const number = numberOf(word)
        push(tokens, number)
        length++
        const list = postings[number]
        if (list === undefined) continue
        if (list.length > 0 && list.values[list.length - 2] === slot) {
          list.values[list.length - 1] = (list.values[list.length - 1] ?? 0) + 1
        } else {
          push(list, slot)
          push(list, 1)
          counts.values[number] = (counts.values[number] ?? 0) + 1
        }
      }
    }
    push(ends, tokens.length)
    push(lengths, length)
    allTokens += length
  }

  /** How often a text has one of the numbers at each place, one after the other. */
  const timesIn = (own: Int32Array, phrase: ReadonlyArray<ReadonlySet<number>>): number => {
    let times = 0
    for (let at = 0; at + phrase.length <= own.length; at++) {
      if (phrase.every((wanted, i) => wanted.has(own[at + i] ?? border))) times++
    }
    return times
  }

  /** What has a phrase of several words, or with the beginning of one at its end. */
  const postingsOfPhrase = (phrase: ReadonlyArray<ReadonlySet<number>>): Postings => {
    const found = numbers()
    const entriesOf = (wanted: ReadonlySet<number>) =>
      [...wanted].reduce((sum, number) => sum + (postings[number]?.length ?? 0), 0)
    const rarest = phrase.reduce((best, wanted) => (entriesOf(wanted) < entriesOf(best) ? wanted : best))
    const slots = new Set<number>()
    for (const number of rarest) {
      const list = postings[number]
      for (let i = 0; list !== undefined && i < list.length; i += 2) slots.add(list.values[i] ?? 0)
    }
    for (const slot of slots) {
      if ((lengths.values[slot] ?? -1) < 0) continue
      const times = timesIn(tokensIn(slot), phrase)
      if (times === 0) continue
      push(found, slot)
      push(found, times)
    }
    return found
  }

  const none = numbers()

  /** What has a term, and how many that are. */
  const lookUp = ({ match }: Term): { readonly list: Postings; readonly count: number } => {
    const isPrefix = match.endsWith("*")
    const words = tokensOf(match)
    const [only] = words
    if (only === undefined) return { list: none, count: 0 }
    if (words.length === 1 && !isPrefix) {
      const number = numberOfStem.get(only)
      const list = number === undefined ? undefined : postings[number]
      return list === undefined || number === undefined
        ? { list: none, count: 0 }
        : { list, count: counts.values[number] ?? 0 }
    }
    const phrase = words.map((word, i) => {
      if (!isPrefix || i < words.length - 1) {
        const number = numberOfStem.get(word)
        return new Set(number === undefined ? [] : [number])
      }
      return new Set([...numberOfStem].flatMap(([root, number]) => (root.startsWith(word) ? [number] : [])))
    })
    const list = postingsOfPhrase(phrase)
    return { list, count: list.length / 2 }
  }

  const slotsOf = (among: ReadonlyArray<number> | undefined) =>
    among === undefined ? undefined : new Set(among.flatMap((id) => slotOf.get(id) ?? []))

  const countOf = (term: Term, slots: ReadonlySet<number> | undefined): number => {
    const { count, list } = lookUp(term)
    if (slots === undefined) return count
    let own = 0
    for (let i = 0; i < list.length; i += 2) if (slots.has(list.values[i] ?? -1)) own++
    return own
  }

  const size: WordIndex["size"] = (among) => {
    const slots = slotsOf(among)
    if (slots === undefined) return { total: slotOf.size, tokens: allTokens }
    return { total: slots.size, tokens: [...slots].reduce((sum, slot) => sum + (lengths.values[slot] ?? 0), 0) }
  }

  const count: WordIndex["count"] = (terms, among) => {
    const slots = slotsOf(among)
    return terms
      .map((term) => ({ ...term, count: countOf(term, slots) }))
      .toSorted((one, other) => one.count - other.count)
  }

  const rank: WordIndex["rank"] = (terms, limit, among) => {
    if (limit === 0) return []
    if (scores.length < ids.length) scores = new Float64Array(2 * ids.length)
    const slots = slotsOf(among)
    const own = size(among)
    const average = own.tokens / Math.max(1, own.total)
    const touched: Array<number> = []
    for (const term of terms) {
      const { list } = lookUp(term)
      const weight = idf(term.count, own.total)
      const { values } = list
      for (let i = 0; i < list.length; i += 2) {
        const slot = values[i] ?? 0
        const length = lengths.values[slot] ?? -1
        if (length < 0 || (slots !== undefined && !slots.has(slot))) continue
        const times = values[i + 1] ?? 0
        const before = scores[slot] ?? 0
        if (before === 0) touched.push(slot)
        // In the order in which FTS5 reckons, so that what it scores alike is scored alike.
        scores[slot] = before + weight * ((times * (k1 + 1)) / (times + k1 * (1 - b + (b * length) / average)))
      }
    }
    const best = heap(limit)
    for (const slot of touched) best.offer(scores[slot] ?? 0)
    const least = best.least()
    const found: Array<Found> = []
    for (const slot of touched) {
      const score = scores[slot] ?? 0
      scores[slot] = 0
      if (score >= least) found.push({ id: ids[slot] ?? 0, uri: uris[slot] ?? "", score })
    }
    return found.toSorted((one, other) => other.score - one.score || (one.uri < other.uri ? -1 : 1))
  }

  return {
    add,
    remove,
    count,
    rank,
    size,
    isWorn: () => ids.length > 1000 && ids.length > 2 * slotOf.size
  }
}
