import { assert, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { LibsqlClient } from "../../src/libsql.ts"
import { Search } from "../../src/search/Search.ts"
import type { SearchOptions } from "../../src/search/SearchOptions.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import { KeywordLimits } from "../../src/storage/legs/KeywordLimits.ts"

/** Limits as low as a store of some hundred references is small: a store of a million beside the real ones. */
const low = { entries: 20, single: 10, paired: 400, compared: 20 }
const everything = { entries: 1_000_000, single: 1_000_000, paired: 1_000_000, compared: 1_000_000 }

/** A search with other limits on the database in use. */
const searchWith = (limits: typeof low, query: string, options: SearchOptions = {}) =>
  Effect.flatMap(Search, ({ search }) => search(query, { mode: "keyword", ...options })).pipe(
    Effect.provide(Layer.fresh(Search.layerKeyword)),
    Effect.provideService(KeywordLimits, limits)
  )

const found = ({
  hits
}: {
  readonly hits: ReadonlyArray<{ readonly reference: { readonly uri: string }; readonly score: number }>
}) => hits.map(({ reference, score }) => `${reference.uri} ${score.toPrecision(9)}`)

/** Three hundred texts. "session" and "timeout" are in a third each, both only where a number is divisible by 60. */
const texts = Array.from({ length: 300 }, (_, i) => ({
  uri: `r:${i}`,
  title: `Rule ${i}`,
  entityType: i % 2 === 0 ? "even" : "odd",
  catalog: i >= 290 ? "small@1" : "big@1",
  tags: i % 2 === 0 ? ["half"] : [],
  description: [
    "the application",
    i % 4 === 0 ? "keeps a session" : "keeps nothing",
    i % 3 === 0 ? "until its timeout" : "until later",
    i % 5 === 0 ? "and encrypted" : "and readable",
    "word ".repeat(i % 7)
  ].join(" ")
}))

const withTexts = <A, E>(
  test: Effect.Effect<A, E, ReferenceRepository | LibsqlClient.LibsqlClient | import("effect/sql").SqlClient.SqlClient>
) =>
  Effect.andThen(
    Effect.flatMap(ReferenceRepository, ({ saveMany }) => saveMany(texts)),
    test
  ).pipe(Effect.provide(ReferenceRepository.layer.pipe(Layer.provideMerge(LibsqlClient.layer({ url: ":memory:" })))))

it.effect(
  "of frequent words all count: what has them together comes first, in the order and with the scores of all",
  () =>
    withTexts(
      Effect.gen(function* () {
        for (const query of [
          "session timeout",
          "sessions encrypted timeouts",
          "session timeout encryption readable rule"
        ]) {
          const expected = found(yield* searchWith(everything, query, { limit: 5 }))
          assert.deepStrictEqual(found(yield* searchWith(low, query, { limit: 5 })), expected, query)
        }
        const { hits } = yield* searchWith(low, "timeout session", { limit: 5 })
        for (const { reference } of hits) assert.include(reference.description, "session until its timeout")
      })
    )
)

it.effect("who asks for more than are compared gets all that have any of the words", () =>
  withTexts(
    Effect.gen(function* () {
      for (const limit of [21, 250]) {
        const expected = found(yield* searchWith(everything, "session timeout", { limit }))
        assert.isAtLeast(expected.length, Math.min(limit, 100))
        assert.deepStrictEqual(found(yield* searchWith(low, "session timeout", { limit })), expected)
      }
    })
  )
)

it.effect("a few texts that pass a filter are all compared, however frequent the words are elsewhere", () =>
  withTexts(
    Effect.gen(function* () {
      const options: SearchOptions = { filter: { catalog: "small@1" }, limit: 10 }
      for (const query of ["session", "session timeout encrypted", "the application rul*", "'readable' nothing"]) {
        const expected = found(yield* searchWith(everything, query, options))
        assert.isAbove(expected.length, 0)
        assert.deepStrictEqual(found(yield* searchWith(low, query, options)), expected, query)
      }
      const both: SearchOptions = {
        filter: { catalog: "small@1", tags: ["half"], anyTags: ["half"], entityType: "even" }
      }
      const uris = (yield* searchWith(low, "application", both)).hits.map(({ reference }) => reference.uri)
      assert.sameMembers(uris, ["r:290", "r:292", "r:294", "r:296", "r:298"])
    })
  )
)

it.effect("under a filter that many pass, what passes fills the result", () =>
  withTexts(
    Effect.gen(function* () {
      const { hits } = yield* searchWith(low, "session timeout readable", { filter: { tags: ["half"] }, limit: 10 })
      assert.lengthOf(hits, 10)
      for (const { reference } of hits) assert.deepStrictEqual([...reference.tags], ["half"])
    })
  )
)

it.effect("facets count every text that has a word of the query", () =>
  withTexts(
    Effect.gen(function* () {
      const { facets } = yield* searchWith(low, "session timeout", { facets: true, limit: 1 })
      const expected = texts.filter((_, i) => i % 4 === 0 || i % 3 === 0)
      assert.deepStrictEqual(facets?.tags, [
        { value: "half", count: expected.filter(({ tags }) => tags.length > 0).length }
      ])
      assert.deepStrictEqual(facets, (yield* searchWith(everything, "session timeout", { facets: true })).facets)
    })
  )
)

it.effect("scores are those of the index for words in any form, accents, and scripts without spaces", () =>
  Effect.gen(function* () {
    const { saveMany } = yield* ReferenceRepository
    const descriptions = [
      "Relational databases generalise hopefully; flies and agreed hissing, troubled by sizes",
      "Électricité générale: cafés déjà vus",
      "Straße, naïve, Ångström, Ελληνικά κείμενα, Проверка подлинности пользователей",
      "暗号鍵の管理と定期的な更新。アクセス制御",
      "暗号化された通信を使用する。アクセス",
      "controls CONTROLLED controlling the controller's controllability 2.5 ac-2(5) x"
    ]
    yield* saveMany(
      descriptions.map((description, i) => ({ uri: `t:${i}`, title: `Text ${i}`, entityType: "t", description }))
    )
    const queries = [
      "relation database generalised hoping fly agree hiss trouble size",
      "electricite generales cafe vu",
      "strasse straße naive angstrom ελληνικα проверка подлинность",
      "定期的な更新 アクセス制御",
      "アクセス 通信",
      "control controllable ac-2(5) contr*"
    ]
    for (const query of queries) {
      const expected = found(yield* searchWith(everything, query))
      assert.isAbove(expected.length, 0, query)
      assert.deepStrictEqual(found(yield* searchWith({ ...low, entries: 0, compared: 100 }, query)), expected, query)
    }
  }).pipe(Effect.provide(ReferenceRepository.layer.pipe(Layer.provideMerge(LibsqlClient.layer({ url: ":memory:" })))))
)
