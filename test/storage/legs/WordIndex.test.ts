import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { type Term, termsOf } from "../../../src/storage/legs/KeywordQuery.ts"
import { KeywordMemory } from "../../../src/storage/legs/KeywordMemory.ts"
import * as RankingThread from "../../../src/storage/legs/RankingThread.ts"
import * as KeywordScore from "../../../src/storage/legs/KeywordScore.ts"
import type * as TextChanges from "../../../src/storage/legs/TextChanges.ts"
import * as WordIndex from "../../../src/storage/legs/WordIndex.ts"
import * as WordIndexBuilder from "../../../src/storage/legs/WordIndexBuilder.ts"
import * as WordMoment from "../../../src/storage/legs/WordMoment.ts"
import * as WordPart from "../../../src/storage/legs/WordPart.ts"
import { windowSize } from "../../../src/storage/legs/WordPostings.ts"
import { wordsOf } from "../../../src/storage/legs/Words.ts"
import { chunks } from "../../../src/storage/Chunks.ts"
import { randomOf } from "../../../src/domain/Random.ts"

const letters = "abcdefgh"

/** Texts of words of which few are frequent; of equal lengths where `isEven`, so that many score alike. */
const textsOf = (seed: number, count: number, isEven: boolean) => {
  const random = randomOf(seed)
  const word = () =>
    `${letters[Math.floor(random() ** 2 * 8)]}${letters[Math.floor(random() ** 3 * 8)]}${random() < 0.2 ? "ing" : "x"}`
  const some = (length: number) => Array.from({ length }, word).join(" ")
  return Array.from({ length: count }, (_, i) => ({
    id: 3 * count - 2 * i,
    uri: `r:${Math.floor(random() * 1e9).toString(36)}:${i}`,
    title: some(isEven ? 2 : Math.ceil(4 * random())),
    description: !isEven && random() < 0.2 ? null : some(isEven ? 5 : Math.ceil(20 * random()))
  }))
}

type Entry = WordIndexBuilder.Entry

const dataOf = (texts: ReadonlyArray<Entry>) => {
  const builder = WordIndexBuilder.make()
  for (const text of texts) builder.add(text)
  return builder.build()
}

const indexOf = (texts: ReadonlyArray<Entry>) => WordIndex.make([WordPart.make(dataOf(texts))])

const wordsIn = ({ description, title }: Entry) => wordsOf(title).length + wordsOf(description ?? "").length

/** What an index becomes that follows changes, so many at once, and how many parts it had at most. */
const following = (before: ReadonlyArray<Entry>, changes: ReadonlyArray<TextChanges.Change>, atOnce: number) => {
  const stored = new Map(before.map((text) => [text.id, text]))
  let words = before.reduce((sum, text) => sum + wordsIn(text), 0)
  const store = ({ description, id, title, uri }: TextChanges.Change) => {
    const old = stored.get(id)
    words -= old === undefined ? 0 : wordsIn(old)
    stored.delete(id)
    if (uri === null || title === null) return
    stored.set(id, { id, uri, title, description })
    words += wordsIn({ id, uri, title, description })
  }
  let made: WordMoment.WordMoment | undefined = {
    index: indexOf(before),
    position: { seq: 0, nonce: 1 },
    state: "0",
    more: { texts: 0, words: 0 }
  }
  let most = 0
  for (const [i, some] of chunks(changes, atOnce).entries()) {
    for (const change of some) store(change)
    const moment = { state: `${i + 1}`, position: { seq: i + 1, nonce: 1 }, texts: stored.size, words }
    // What changed often is told once, as it is now.
    const told = [...new Map(some.map((change) => [change.id, change])).values()]
    made = made === undefined ? undefined : WordMoment.followed(made, { changes: told, moment })
    most = Math.max(most, made?.index.parts.length ?? 0)
  }
  if (made === undefined) return assert.fail("the changes were not followed")
  return { index: made.index, most }
}

/** The same texts in an index that had other ones before. */
const followed = (texts: ReadonlyArray<Entry>) => {
  const random = randomOf(texts.length)
  const others = textsOf(texts.length + 7, texts.length, false)
  const kept = texts.map(() => random() < 0.9)
  const before = texts.flatMap((text, i) => {
    const { description, title } = others[i] ?? text
    return kept[i] === true ? [text] : random() < 0.5 ? [{ ...text, title, description }] : []
  })
  const gone = others.slice(0, texts.length / 10).map((text, i) => ({ ...text, id: -1 - i }))
  const changes = [
    ...texts.filter((_, i) => kept[i] !== true),
    ...gone,
    ...gone.map(({ id }) => ({ id, uri: null, title: null, description: null }))
  ]
  return following(before, changes, 40).index
}

const ways = { "read at once": indexOf, "that followed changes": followed }

const ranked = (index: WordIndex.WordIndex, terms: ReadonlyArray<Term>, limit: number) => {
  const best = index.rank(terms, limit)
  return { terms: best.terms, found: index.found(best) }
}

/** Every text scored by itself, best first, then by uri. */
const exhaustively = (texts: ReadonlyArray<WordIndexBuilder.Entry>, terms: ReadonlyArray<Term>) => {
  const read = KeywordScore.reader(terms)
  const seen = texts.map(read)
  const own = KeywordScore.countsOf(terms, seen)
  const scoreOf = KeywordScore.make(own.terms, own.sizes)
  return {
    counts: own.terms.map(({ count, match }) => ({ match, count })).toSorted((a, b) => a.count - b.count),
    found: texts
      .flatMap(({ id, uri }, i) => {
        const text = seen[i]
        return text === undefined ? [] : [{ id, uri, score: scoreOf(text) }]
      })
      .filter(({ score }) => score > 0)
      .toSorted((a, b) => b.score - a.score || (a.uri < b.uri ? -1 : 1))
  }
}

const queryOf = (random: () => number) =>
  Array.from({ length: Math.ceil(random() ** 2 * 12) }, () => {
    const one = letters[Math.floor(random() * 9)] ?? "z"
    const kind = random()
    const other = letters[Math.floor(random() * 8)]
    return kind < 0.1
      ? `${one}*`
      : kind < 0.2
        ? `${one}${other}*`
        : kind < 0.4
          ? `${one}${other}ing`
          : `${one}${other}x`
  }).join(" ")

describe.each(Object.entries(ways))("an index %s", (_, indexOf) => {
  it("finds the best as if every text were scored, to the last digit and in the same order", () => {
    for (const [count, isEven] of [
      [3, false],
      [300, true],
      [300, false],
      [2 * windowSize + 100, true],
      [2 * windowSize, false]
    ] as const) {
      const texts = textsOf(count, count, isEven)
      const index = indexOf(texts)
      const random = randomOf(count + 1)
      for (let i = 0; i < 20; i++) {
        const query = queryOf(random)
        const all = exhaustively(texts, termsOf(query))
        for (const limit of [0, 1, 10, 200, 10_000]) {
          const { found, terms } = ranked(index, termsOf(query), limit)
          assert.deepStrictEqual(found, all.found.slice(0, limit), `${query}, ${limit} of ${count}`)
          assert.deepStrictEqual(
            terms.map(({ count, match }) => ({ match, count })),
            all.counts
          )
        }
      }
    }
  })

  it("a word that a text has hundreds of times counts as often as it is there", () => {
    const texts = [254, 255, 256, 700].map((times, i) => ({
      id: i,
      uri: `r:${i}`,
      title: "key ".repeat(times),
      description: i === 0 ? null : "keys and keepers ".repeat(300 - i)
    }))
    for (const query of ["key", "ke*", "key and", "kee* key"]) {
      const terms = termsOf(query)
      assert.deepStrictEqual(ranked(indexOf(texts), terms, 4).found, exhaustively(texts, terms).found, query)
    }
  })

  it("terms of several words, and texts by their ids, are found as they stand", () => {
    const texts = [
      { id: 7, uri: "b", title: "A long key", description: "key long" },
      { id: 2, uri: "c", title: "long", description: "key of it" },
      { id: 2 ** 40, uri: "a", title: "Longer keys, long keys", description: null }
    ]
    const index = indexOf(texts)
    const phrase = [{ index: "words", match: '"long key"' }] as const
    assert.deepStrictEqual(ranked(index, phrase, 5).found, exhaustively(texts, phrase).found)
    assert.deepStrictEqual(index.look(phrase, [2, 2 ** 40, 3]), [
      { uri: "c", times: [0], words: 4, trigrams: 0 },
      { uri: "a", times: [1], words: 4, trigrams: 0 }
    ])
    assert.strictEqual(index.uriOf(2 ** 40), "a")
    assert.isUndefined(index.uriOf(3))
    assert.deepStrictEqual(ranked(indexOf([]), phrase, 5), { terms: [{ ...phrase[0], count: 0 }], found: [] })
  })
})

it("changes one after the other leave few parts, and an index that finds what a new one does", () => {
  const before = textsOf(11, 2000, false)
  const random = randomOf(12)
  const stored = new Map<number, Entry>(before.map((text) => [text.id, text]))
  const changes = textsOf(13, 3000, false).map((text, i): TextChanges.Change => {
    const id = random() < 0.5 ? (before[Math.floor(random() * before.length)]?.id ?? 0) : 10_000 + i
    if (random() < 0.3) {
      stored.delete(id)
      return { id, uri: null, title: null, description: null }
    }
    stored.set(id, { ...text, id, uri: `s:${id}` })
    return { ...text, id, uri: `s:${id}` }
  })
  const { index, most } = following(before, changes, 1)
  assert.isBelow(most, 12)
  const texts = [...stored.values()]
  assert.deepStrictEqual(index.total, texts.length)
  for (let i = 0; i < 50; i++) {
    const terms = termsOf(queryOf(random))
    assert.deepStrictEqual(ranked(index, terms, 100).found, exhaustively(texts, terms).found.slice(0, 100))
    const ids = texts.filter((_, place) => place % 50 === i).map(({ id }) => id)
    assert.deepStrictEqual(index.look(terms, ids), indexOf(texts).look(terms, ids))
  }
})

it.live("a thread ranks the same, by the index that it is asked for, also where that followed changes", () =>
  Effect.gen(function* () {
    const memory = yield* KeywordMemory
    const rank = yield* Effect.provideService(RankingThread.make, KeywordMemory, { ...memory, onLoop: 100 })
    const first = indexOf(textsOf(900, 900, false))
    const [big] = first.parts
    const later = WordIndex.make(
      big === undefined ? [] : [big.without([900, 902, 5]), WordPart.make(dataOf(textsOf(30, 30, true)))]
    )
    const indexes = [indexOf(textsOf(40, 40, false)), followed(textsOf(300, 300, false)), first, later]
    assert.strictEqual(later.parts.length, 2)
    const random = randomOf(5)
    for (let i = 0; i < 30; i++) {
      const terms = termsOf(queryOf(random))
      const asked = indexes.map((index) => rank(index, terms, 50))
      assert.deepStrictEqual(
        yield* Effect.all(asked, { concurrency: "unbounded" }),
        indexes.map((index) => index.rank(terms, 50)),
        terms.map(({ match }) => match).join(" ")
      )
    }
  }).pipe(Effect.scoped)
)

it("long texts that come raise the scores of those that were there, and those that go lower them", () => {
  const short = textsOf(21, 3 * windowSize, false).map((text) => ({ ...text, description: null }))
  const long = textsOf(22, 300, false).map((text) => ({
    ...text,
    id: -text.id,
    title: `${text.title} ${"q ".repeat(500)}`
  }))
  const random = randomOf(23)
  const queries = Array.from({ length: 25 }, () => termsOf(queryOf(random)))
  const compare = (index: WordIndex.WordIndex, texts: ReadonlyArray<Entry>) => {
    for (const terms of queries) {
      assert.deepStrictEqual(ranked(index, terms, 10).found, exhaustively(texts, terms).found.slice(0, 10))
    }
  }
  compare(following(short, long, 100).index, [...short, ...long])
  const gone = long.map(({ id }) => ({ id, uri: null, title: null, description: null }))
  compare(following([...short, ...long], gone, 100).index, short)
})

it("what the tables have, and no change tells of, is not followed", () => {
  const texts = textsOf(17, 20, false)
  const index = indexOf(texts)
  const words = texts.reduce((sum, text) => sum + wordsIn(text), 0)
  const position = { seq: 4, nonce: 9 }
  const before = { index, position, state: "a", more: { texts: 0, words: 0 } }
  const moment = { state: "b", position: { seq: 5, nonce: 8 }, texts: 20, words }
  const [one] = texts
  const same = [{ id: 0, uri: null, title: null, description: null }, ...(one === undefined ? [] : [one])]
  assert.strictEqual(WordMoment.followed(before, { moment, changes: same })?.state, "b")
  assert.isUndefined(WordMoment.followed(before, { moment, changes: [] }))
  assert.isDefined(WordMoment.followed({ ...before, state: undefined }, { moment, changes: [] }))
  assert.isUndefined(WordMoment.followed(before, { moment: { ...moment, texts: 21 }, changes: same }))
  assert.isUndefined(WordMoment.followed(before, { moment: { ...moment, words: words - 1 }, changes: same }))
})
