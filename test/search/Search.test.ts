import { assert, describe, it, layer } from "@effect/vitest"
import { Effect, Layer, Schema } from "effect"
import * as Arbitrary from "effect/Arbitrary"
import type { ReferenceInput } from "../../src/domain/Reference.ts"
import type { Hit } from "../../src/domain/Hit.ts"
import { Search } from "../../src/search/Search.ts"
import type { SearchOptions } from "../../src/search/SearchOptions.ts"
import { EmbeddingRepository } from "../../src/storage/EmbeddingRepository.ts"
import * as LibsqlClient from "../../src/libsql/LibsqlClient.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import { TestStore } from "../../src/testing.ts"

const reference = (
  uri: string,
  title: string,
  description = "",
  rest: Partial<ReferenceInput> = {}
): ReferenceInput => ({ uri, title, description, entityType: "rule", ...rest })

const rules: ReadonlyArray<ReferenceInput> = [
  reference("r:hash", "Hashed passwords", "Passwords are stored as slow hashes.", {
    catalog: "rules@1",
    tags: ["auth", "crypto"],
    metadata: { level: 1, cwe: [256, 257], owner: { team: "identity" } }
  }),
  reference("r:session", "Idle sessions", "Sessions end after thirty idle minutes.", {
    catalog: "rules@1",
    tags: ["auth"],
    metadata: { level: 2, cwe: 613, draft: true }
  }),
  reference("r:tls", "Transport", "All traffic is encrypted by TLS.", {
    catalog: "rules@1",
    entityType: "control",
    tags: ["crypto"],
    metadata: { level: "3", reviewed: null }
  }),
  reference("r:backup", "Backups", "Backups are encrypted and restored twice a year.", { catalog: "other@1" }),
  reference("r:café", "Café résumé", "Diacritics do not matter."),
  reference("r:日本", "パスワードの保管", "パスワードは鍵の管理とともに安全に保存する。"),
  reference("r:ไทย", "รหัสผ่าน", "รหัสผ่านต้องถูกเก็บอย่างปลอดภัย"),
  reference("r:한국", "비밀번호 저장", "비밀번호를 안전하게 저장한다.")
]

const stored = Layer.effectDiscard(
  Effect.gen(function* () {
    yield* (yield* ReferenceRepository).saveMany(rules)
    yield* (yield* EmbeddingRepository).updateAllEmbeddings()
  })
).pipe(Layer.provideMerge(TestStore.layer))

const uris = (hits: ReadonlyArray<Hit>) => hits.map((hit) => hit.reference.uri)
const find = (query: string, options?: SearchOptions) =>
  Effect.map(
    Search.use(({ search }) => search(query, options)),
    ({ hits }) => uris(hits)
  )

const modes = ["hybrid", "semantic", "keyword"] as const

layer(stored)("a search", (it) => {
  it.effect("is hybrid unless told, and finds by words and by meaning", () =>
    Effect.gen(function* () {
      const { search } = yield* Search
      assert.deepStrictEqual(
        yield* search("slow password hashes"),
        yield* search("slow password hashes", { mode: "hybrid" })
      )
      for (const mode of modes) assert.strictEqual((yield* find("passwords stored slow hashes", { mode }))[0], "r:hash")
    })
  )

  it.effect("keyword: any word is enough, stemmed, whatever its case and diacritics", () =>
    Effect.gen(function* () {
      const keyword = (query: string) => find(query, { mode: "keyword" })
      assert.deepStrictEqual(yield* keyword("hashing zebra"), ["r:hash"])
      assert.deepStrictEqual(yield* keyword("SESSION"), ["r:session"])
      assert.deepStrictEqual(yield* keyword("cafe"), ["r:café"])
      assert.deepStrictEqual(yield* keyword("Résumé"), ["r:café"])
      assert.deepStrictEqual(yield* keyword("zebra"), [])
    })
  )

  it.effect("keyword: a star makes a word the beginning of one", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* find("passw*", { mode: "keyword" }), ["r:hash"])
      assert.deepStrictEqual(yield* find("passw", { mode: "keyword" }), [])
      assert.deepStrictEqual((yield* find("* ** encr*", { mode: "keyword" })).toSorted(), ["r:backup", "r:tls"])
    })
  )

  it.effect.each<readonly [string, string]>([
    ["パスワード", "r:日本"],
    ["管理", "r:日本"],
    ["鍵", "r:日本"],
    ["安全に保存する方法", "r:日本"],
    ["รหัสผ่าน", "r:ไทย"],
    ["비밀번호가", "r:한국"],
    ["저장", "r:한국"]
  ])("keyword: finds %s in a script without spaces", ([query, uri]) =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* find(query, { mode: "keyword" }), [uri])
      assert.strictEqual((yield* find(`${query} zebra`, { mode: "keyword" }))[0], uri)
    })
  )

  it.effect("orders what has a word more often first, also where the word has two letters", () =>
    Effect.gen(function* () {
      const references = yield* ReferenceRepository
      yield* references.saveMany([
        reference("n:1", "規定", "管理"),
        reference("n:2", "規定", "管理、管理、管理"),
        ...Array.from({ length: 10 }, (_, i) => reference(`n:x${i}`, "別"))
      ])
      assert.deepStrictEqual(yield* find("管理", { mode: "keyword", limit: 1 }), ["n:2"])
    }).pipe(Effect.provide(TestStore.layer))
  )

  const hostile = [
    '"',
    "'",
    "'; DROP TABLE crosswalk_reference; --",
    '"unclosed phrase',
    "a AND",
    "NOT",
    "OR OR",
    "NEAR(a b, 2)",
    "title:x",
    "col : x",
    "^x",
    "-x",
    "x*y*",
    "(((",
    "{a b}",
    "a + b",
    "\\",
    "%",
    "_",
    "?",
    "*",
    "😀",
    "👩‍💻 emoji",
    "\u0000",
    "a\u0000b",
    "\ud800",
    "\u202e",
    "x".repeat(10_000),
    "word ".repeat(2000),
    "管".repeat(10_000),
    "a\tb\nc",
    "１２３",
    "ﾊﾟｽﾜｰﾄﾞ",
    "ﷺ",
    "́",
    "*passw*"
  ]
  it.effect.each(hostile)("takes any text for a query: %j", (query) =>
    Effect.gen(function* () {
      for (const mode of modes) {
        const found = yield* find(query, { mode })
        assert.isAtMost(found.length, 10)
      }
    })
  )

  it.effect.prop(
    "never fails on a text that is not blank, and its scores are the sums of their explanations",
    [
      Arbitrary.schema(Schema.NonEmptyString),
      Arbitrary.schema(Schema.Literals(modes)),
      Arbitrary.schema(Schema.Literals(["convex", "rrf"])),
      Arbitrary.schema(Schema.Literals([0, 0.25, 0.5, 0.75, 1])),
      Arbitrary.schema(Schema.Literals(["", "passwords", "encrypted traffic", "sessions end"]))
    ],
    ([text, mode, fusion, semanticWeight, words]) =>
      Effect.gen(function* () {
        const { hits } = yield* Search.use(({ search }) =>
          search(`x${text} ${words}`, { mode, fusion, semanticWeight })
        )
        for (const { explanation, relevance, score } of hits) {
          const { keyword, semantic } = explanation
          assert.closeTo((keyword?.contribution ?? 0) + (semantic?.contribution ?? 0), score, 1e-12)
          assert.isTrue(relevance >= 0 && relevance <= 1)
          if (mode === "hybrid") assert.isTrue(score >= 0 && score <= 1 + 1e-12)
          if (mode === "hybrid" && fusion === "convex") {
            for (const leg of [keyword, semantic])
              assert.isTrue(leg === undefined || (leg.scaled >= 0 && leg.scaled <= 1))
          }
        }
        const sorted = hits.toSorted((a, b) => b.score - a.score)
        assert.deepStrictEqual(
          hits.map(({ score }) => score),
          sorted.map(({ score }) => score)
        )
      })
  )

  it.effect("the limit cuts the list and changes no order", () =>
    Effect.gen(function* () {
      for (const mode of modes) {
        const all = yield* find("encrypted passwords and sessions", { mode, limit: 1_000_000_000 })
        for (const limit of [0, 1, 2, 5]) {
          assert.deepStrictEqual(yield* find("encrypted passwords and sessions", { mode, limit }), all.slice(0, limit))
        }
      }
    })
  )

  it.effect("a query whose words nothing has leaves all the weight to meaning", () =>
    Effect.gen(function* () {
      const { hits } = yield* Search.use(({ search }) => search("zebra"))
      assert.strictEqual(hits.length, rules.length)
      for (const { explanation, score } of hits) {
        assert.isUndefined(explanation.keyword)
        assert.strictEqual(explanation.semantic?.scaled, score)
      }
    })
  )

  it.effect("names what is wrong with its options", () =>
    Effect.gen(function* () {
      const field = (query: string, options: SearchOptions) =>
        Search.use(({ search }) => search(query, options)).pipe(
          Effect.flip,
          Effect.map((error) => (error._tag === "ValidationError" ? error.field : error._tag))
        )
      assert.strictEqual(yield* field(" \n\t", {}), "query")
      for (const limit of [-1, 0.5, Number.NaN]) assert.strictEqual(yield* field("x", { limit }), "limit")
      assert.strictEqual(yield* field("x", { semanticWeight: 1.5 }), "semanticWeight")
      assert.strictEqual(yield* field("x", { minRelevance: -0.1 }), "minRelevance")
      const metadata = [{ path: 'a"b', operator: "=" as const, value: 1 }]
      assert.strictEqual(yield* field("x", { filter: { metadata } }), "filter.metadata.0.path")
    })
  )

  describe("a filter", () => {
    const filtered = (filter: NonNullable<SearchOptions["filter"]>) =>
      Effect.gen(function* () {
        const perMode = yield* Effect.forEach(["hybrid", "semantic"] as const, (mode) =>
          Effect.map(find("stored encrypted sessions", { mode, filter }), (found) => found.toSorted())
        )
        assert.deepStrictEqual(perMode[0], perMode[1])
        // By keyword the same, of those that have a word of the query.
        for (const uri of yield* find("stored encrypted sessions", { mode: "keyword", filter })) {
          assert.include(perMode[0], uri)
        }
        return perMode[0]
      })

    it.effect("keeps a catalog, a type, all tags or any tag", () =>
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* filtered({ catalog: "rules@1" }), ["r:hash", "r:session", "r:tls"])
        assert.deepStrictEqual(yield* filtered({ entityType: "control" }), ["r:tls"])
        assert.deepStrictEqual(yield* filtered({ tags: ["auth", "crypto"] }), ["r:hash"])
        assert.deepStrictEqual(yield* filtered({ anyTags: ["auth", "crypto"] }), ["r:hash", "r:session", "r:tls"])
        assert.deepStrictEqual(yield* filtered({ catalog: "rules@1", anyTags: ["nothing"] }), [])
        assert.deepStrictEqual(yield* filtered({ catalog: "nothing@1" }), [])
      })
    )

    const where = (
      path: string,
      operator: "=" | "!=" | "<" | "<=" | ">" | ">=",
      value: string | number | boolean | null
    ) => filtered({ metadata: [{ path, operator, value }] })

    it.effect("keeps metadata by equality and range, numbers as numbers", () =>
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* where("level", "=", 1), ["r:hash"])
        assert.deepStrictEqual(yield* where("level", ">=", 2), ["r:session", "r:tls"])
        assert.deepStrictEqual(yield* where("level", "<", 2), ["r:hash"])
        assert.deepStrictEqual(yield* where("level", "=", 3), ["r:tls"])
        assert.deepStrictEqual(yield* where("level", "=", "3"), ["r:tls"])
        assert.deepStrictEqual(yield* where("level", "=", "2"), [])
        assert.deepStrictEqual(yield* where("draft", "=", true), ["r:session"])
        assert.deepStrictEqual(yield* where("draft", "=", false), [])
        assert.deepStrictEqual(yield* where("reviewed", "=", null), ["r:tls"])
        assert.deepStrictEqual(yield* where("owner.team", "=", "identity"), ["r:hash"])
        assert.deepStrictEqual(yield* where("owner", "=", "identity"), [])
        assert.deepStrictEqual(yield* where("nothing", ">", 0), [])
      })
    )

    it.effect("one fitting element of an array is enough; != keeps also what lacks the path", () =>
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* where("cwe", "=", 257), ["r:hash"])
        assert.deepStrictEqual(yield* where("cwe", ">", 256), ["r:hash", "r:session"])
        assert.deepStrictEqual(
          yield* filtered({ catalog: "rules@1", metadata: [{ path: "cwe", operator: "!=", value: 613 }] }),
          ["r:hash", "r:tls"]
        )
      })
    )

    it.effect("never becomes SQL", () =>
      Effect.gen(function* () {
        for (const value of ["' OR 1=1 --", "%", '"', ""]) {
          assert.deepStrictEqual(yield* where("owner.team", "=", value), [])
          assert.deepStrictEqual(yield* filtered({ catalog: value }), [])
          assert.deepStrictEqual(yield* filtered({ tags: [value] }), [])
        }
      })
    )
  })

  it.effect("facets count what was looked through: all that passes the filter, or has a word of the query", () =>
    Effect.gen(function* () {
      const { search } = yield* Search
      const { facets } = yield* search("passwords", { facets: true, limit: 1, filter: { catalog: "rules@1" } })
      assert.deepStrictEqual(facets?.catalogs, [{ value: "rules@1", count: 3 }])
      assert.deepStrictEqual(facets?.entityTypes, [
        { value: "rule", count: 2 },
        { value: "control", count: 1 }
      ])
      assert.deepStrictEqual(facets?.tags, [
        { value: "auth", count: 2 },
        { value: "crypto", count: 2 }
      ])
      const byWord = yield* search("encrypted", { facets: true, mode: "keyword" })
      assert.deepStrictEqual(byWord.facets?.catalogs, [
        { value: "other@1", count: 1 },
        { value: "rules@1", count: 1 }
      ])
      assert.isUndefined((yield* search("passwords")).facets)
    })
  )

  it.effect("keeps only what is relevant enough", () =>
    Effect.gen(function* () {
      const { search } = yield* Search
      const { hits } = yield* search("Passwords are stored as slow hashes", { onlyRelevant: true })
      assert.strictEqual(hits[0]?.reference.uri, "r:hash")
      for (const { relevance } of hits) assert.isAtLeast(relevance, 0.5)
      const all = yield* search("Passwords are stored as slow hashes")
      const minRelevance = 0.05
      assert.deepStrictEqual(
        (yield* search("Passwords are stored as slow hashes", { minRelevance })).hits,
        all.hits.filter(({ relevance }) => relevance >= minRelevance)
      )
      for (const mode of modes) {
        assert.deepStrictEqual(yield* find("zebra giraffe", { mode, onlyRelevant: true }), [])
        // What is far behind the best is none, and that does not depend on how many are wanted.
        const options = { mode, onlyRelevant: true }
        const answers = yield* find("Passwords are stored as slow hashes", options)
        assert.deepStrictEqual(yield* find("Passwords are stored as slow hashes", { ...options, limit: 1 }), [
          ...answers.slice(0, 1)
        ])
      }
    })
  )
})

describe("a search", () => {
  it.effect("of an empty store finds nothing", () =>
    Effect.gen(function* () {
      for (const mode of modes) assert.deepStrictEqual(yield* find("anything", { mode }), [])
    }).pipe(Effect.provide(TestStore.layer))
  )

  it.effect("finds what has no vector yet by its words, beside what has one", () =>
    Effect.gen(function* () {
      yield* (yield* EmbeddingRepository).saveWithEmbedding(reference("a", "Passwords"))
      yield* (yield* ReferenceRepository).save(reference("b", "Passwords and keys"))
      assert.deepStrictEqual((yield* find("passwords keys")).toSorted(), ["a", "b"])
      assert.deepStrictEqual(yield* find("passwords keys", { mode: "semantic" }), ["a"])
    }).pipe(Effect.provide(TestStore.layer))
  )

  it.effect("candidates do not depend on the limit", () =>
    Effect.gen(function* () {
      yield* (yield* ReferenceRepository).saveMany(
        Array.from({ length: 300 }, (_, i) => reference(`x:${i}`, `word${i % 7} term${i % 11}`, `text ${i}`))
      )
      yield* (yield* EmbeddingRepository).updateAllEmbeddings()
      const all = yield* find("word3 term5 text", { limit: 1000 })
      assert.isAtLeast(all.length, 100)
      assert.isAtMost(all.length, 200)
      for (const limit of [1, 10, 100]) {
        assert.deepStrictEqual(yield* find("word3 term5 text", { limit }), all.slice(0, limit))
      }
    }).pipe(Effect.provide(TestStore.layer))
  )

  it.effect("a filter that keeps 3 of 2000 returns these 3, however far they are from the query", () =>
    Effect.gen(function* () {
      const rare = [77, 999, 1777]
      yield* (yield* ReferenceRepository).saveMany(
        Array.from({ length: 2000 }, (_, i) =>
          reference(`x:${i}`, `number ${i}`, rare.includes(i) ? "far away" : "passwords are hashed slowly", {
            metadata: { level: rare.includes(i) ? 9 : i % 3 },
            tags: rare.includes(i) ? ["rare"] : ["common"]
          })
        )
      )
      yield* (yield* EmbeddingRepository).updateAllEmbeddings()
      const expected = rare.map((i) => `x:${i}`).toSorted()
      for (const filter of [{ tags: ["rare"] }, { metadata: [{ path: "level", operator: ">" as const, value: 8 }] }]) {
        for (const mode of ["hybrid", "semantic"] as const) {
          const found = yield* find("passwords are hashed slowly", { mode, filter, limit: 5 })
          assert.deepStrictEqual(found.toSorted(), expected)
        }
        assert.deepStrictEqual((yield* find("passwords number", { mode: "keyword", filter })).toSorted(), expected)
      }
    }).pipe(Effect.provide(TestStore.layer))
  )

  it.effect("by keyword needs no embedder; the other modes say so", () =>
    Effect.gen(function* () {
      yield* (yield* ReferenceRepository).saveMany(rules)
      assert.deepStrictEqual(yield* find("passw*", { mode: "keyword" }), ["r:hash"])
      for (const mode of ["hybrid", "semantic"] as const) {
        const error = yield* Effect.flip(find("passwords", { mode }))
        assert.strictEqual(error._tag === "ValidationError" ? error.field : error._tag, "mode")
      }
    }).pipe(
      Effect.provide(
        Layer.merge(Search.layerKeyword, ReferenceRepository.layer).pipe(
          Layer.provideMerge(LibsqlClient.layer({ url: ":memory:" }))
        )
      )
    )
  )
})
