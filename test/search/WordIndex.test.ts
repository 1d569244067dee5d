import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { KeywordMemory } from "../../src/storage/legs/KeywordMemory.ts"
import * as RankingThread from "../../src/storage/legs/RankingThread.ts"
import { type Term, termsOf } from "../../src/storage/legs/KeywordQuery.ts"
import * as KeywordScore from "../../src/storage/legs/KeywordScore.ts"
import * as WordIndex from "../../src/storage/legs/WordIndex.ts"
import * as WordIndexBuilder from "../../src/storage/legs/WordIndexBuilder.ts"
import { windowSize } from "../../src/storage/legs/WordPostings.ts"
import { randomOf } from "../../src/domain/Random.ts"

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

const indexOf = (texts: ReadonlyArray<WordIndexBuilder.Entry>) => {
  const builder = WordIndexBuilder.make()
  for (const text of texts) builder.add(text)
  return WordIndex.make(builder.build())
}

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

it("the best are the same as if every text were scored, to the last digit and in the same order", () => {
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
  assert.deepStrictEqual(ranked(indexOf([]), phrase, 5), { terms: [{ ...phrase[0], count: 0 }], found: [] })
})

it.live("a thread ranks the same, by the index that it is asked for", () =>
  Effect.gen(function* () {
    const memory = yield* KeywordMemory
    const rank = yield* Effect.provideService(RankingThread.make, KeywordMemory, { ...memory, onLoop: 100 })
    const indexes = [40, 300, 900].map((count) => indexOf(textsOf(count, count, false)))
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
