import type { Fields } from "./KeywordScore.ts"
import { stem } from "./Porter.ts"
import { begin, border, bytesOf, type Hidden, isHidden, type WordIndexData } from "./WordIndexData.ts"
import { manyTimes } from "./WordPostings.ts"
import { wordsOf } from "./Words.ts"

/** A text that is found by its words. */
export interface Entry extends Fields {
  /** The id of its reference. */
  readonly id: number
  readonly uri: string
}

/** Whole numbers that become more. */
const numbers = () => {
  let values = new Uint32Array(1024)
  let length = 0
  return {
    push: (value: number) => {
      if (length === values.length) {
        const longer = new Uint32Array(2 * length)
        longer.set(values)
        values = longer
      }
      values[length++] = value
    },
    length: () => length,
    all: () => values.subarray(0, length)
  }
}

const shared = (bytes: number) => new SharedArrayBuffer(bytes)
const uint32 = (length: number) => new Uint32Array(shared(4 * length))

/** Texts in UTF-8 one after the other, and where each ends. */
const joined = (texts: ReadonlyArray<string>) => {
  const ends = uint32(texts.length)
  let end = 0
  for (const [i, text] of texts.entries()) {
    end += Buffer.byteLength(text)
    ends[i] = end
  }
  const bytes = Buffer.from(shared(end))
  for (const [i, text] of texts.entries()) bytes.write(text, i === 0 ? 0 : (ends[i - 1] ?? 0))
  return { bytes: new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length), ends }
}

/** The places of texts in the order of these. What is in order already, in parts, takes an array little time, other than a typed one. */
const ordered = (texts: ReadonlyArray<string>): ReadonlyArray<number> =>
  Array.from(texts, (_, i) => i).sort((i, j) => {
    const one = texts[i] ?? ""
    const other = texts[j] ?? ""
    return one < other ? -1 : one > other ? 1 : 0
  })

/** Takes texts one after the other, and makes an index of them. */
export const make = () => {
  /** A number for each stem, and for each word the one of its stem. */
  const stems: Array<string> = []
  const numberOfStem = new Map<string, number>()
  const numberOfWord = new Map<string, number>()
  const ids: Array<number> = []
  const uris: Array<string> = []
  const tokens = numbers()
  const ends = numbers()

  const numberOfRoot = (root: string): number => {
    const number = numberOfStem.get(root) ?? stems.length
    if (number === stems.length) {
      numberOfStem.set(root, number)
      stems.push(root)
    }
    return number
  }
  const numberOf = (word: string): number => {
    const known = numberOfWord.get(word)
    if (known !== undefined) return known
    const number = numberOfRoot(stem(word))
    numberOfWord.set(word, number)
    return number
  }

  const add = ({ description, id, title, uri }: Entry) => {
    ids.push(id)
    uris.push(uri)
    for (const word of wordsOf(title)) tokens.push(numberOf(word))
    if (description !== null) {
      tokens.push(border)
      for (const word of wordsOf(description)) tokens.push(numberOf(word))
    }
    ends.push(tokens.length())
  }

  /** Adds the texts of an index but those that are hidden; what reads no text again takes a fraction of the time. */
  const addAll = (data: WordIndexData, hidden: Hidden) => {
    const allUris = bytesOf(data.uris)
    const allStems = bytesOf(data.stems)
    const renumbered = new Uint32Array(data.stemEnds.length).fill(border)
    const numberIn = (token: number): number => {
      const known = renumbered[token] ?? border
      if (known !== border) return known
      const number = numberOfRoot(allStems.toString("utf8", begin(data.stemEnds, token), data.stemEnds[token]))
      renumbered[token] = number
      return number
    }
    for (let slot = 0; slot < data.ids.length; slot++) {
      if (isHidden(hidden, slot)) continue
      ids.push(data.ids[slot] ?? 0)
      uris.push(allUris.toString("utf8", begin(data.uriEnds, slot), data.uriEnds[slot]))
      const end = data.tokenEnds[slot] ?? 0
      for (let i = begin(data.tokenEnds, slot); i < end; i++) {
        const token = data.tokens[i] ?? border
        tokens.push(token === border ? border : numberIn(token))
      }
      ends.push(tokens.length())
    }
  }

  const build = (): WordIndexData => {
    const stemOrder = ordered(stems)
    const renumbered = new Uint32Array(stems.length)
    for (const [number, before] of stemOrder.entries()) renumbered[before] = number
    const textOrder = ordered(uris)
    const before = { tokens: tokens.all(), ends: ends.all() }
    const total = uris.length
    const own = { tokens: uint32(before.tokens.length), ends: uint32(total), lengths: uint32(total) }
    const postingEnds = uint32(stems.length)
    /** The last text that has each stem, from 1. */
    const last = new Uint32Array(stems.length)
    let at = 0
    for (const [slot, place] of textOrder.entries()) {
      let length = 0
      for (let i = begin(before.ends, place); i < (before.ends[place] ?? 0); i++) {
        const token = before.tokens[i] ?? border
        const number = token === border ? border : (renumbered[token] ?? border)
        own.tokens[at++] = number
        if (number === border) continue
        length++
        if (last[number] === slot + 1) continue
        last[number] = slot + 1
        postingEnds[number] = (postingEnds[number] ?? 0) + 1
      }
      own.ends[slot] = at
      own.lengths[slot] = length
    }
    /** Where the next posting of each stem belongs. */
    const next = new Uint32Array(stems.length)
    let postings = 0
    for (let number = 0; number < stems.length; number++) {
      next[number] = postings
      postings += postingEnds[number] ?? 0
      postingEnds[number] = postings
    }
    const slots = uint32(postings)
    const times = new Uint8Array(shared(postings))
    last.fill(0)
    for (let slot = 0, i = 0; slot < total; slot++) {
      for (; i < (own.ends[slot] ?? 0); i++) {
        const number = own.tokens[i] ?? border
        if (number === border) continue
        if (last[number] === slot + 1) {
          const place = (next[number] ?? 0) - 1
          times[place] = Math.min(manyTimes, (times[place] ?? 0) + 1)
        } else {
          last[number] = slot + 1
          const place = next[number] ?? 0
          slots[place] = slot
          times[place] = 1
          next[number] = place + 1
        }
      }
    }
    const allUris = joined(Array.from(textOrder, (place) => uris[place] ?? ""))
    const allStems = joined(Array.from(stemOrder, (number) => stems[number] ?? ""))
    const allIds = new Float64Array(shared(8 * total))
    for (const [slot, place] of textOrder.entries()) allIds[slot] = ids[place] ?? 0
    const byId = uint32(total)
    for (let slot = 0; slot < total; slot++) byId[slot] = slot
    byId.sort((one, other) => (allIds[one] ?? 0) - (allIds[other] ?? 0))
    return {
      ids: allIds,
      byId,
      uris: allUris.bytes,
      uriEnds: allUris.ends,
      stems: allStems.bytes,
      stemEnds: allStems.ends,
      tokens: own.tokens,
      tokenEnds: own.ends,
      lengths: own.lengths,
      slots,
      times,
      postingEnds
    }
  }

  return { add, addAll, build }
}
