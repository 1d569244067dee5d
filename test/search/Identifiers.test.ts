import { assert, describe, it, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import type { ReferenceInput } from "../../src/domain/Reference.ts"
import { Search } from "../../src/search/Search.ts"
import type { SearchOptions } from "../../src/search/SearchOptions.ts"
import { EmbeddingRepository } from "../../src/storage/EmbeddingRepository.ts"
import { namesOf } from "../../src/storage/legs/IdentifierQuery.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import { TestStore } from "../../src/testing.ts"

const control = (catalog: string, identifier: string, description: string, label?: string): ReferenceInput => ({
  uri: `${catalog}:${identifier}`,
  title: description,
  entityType: "control",
  catalog,
  identifier,
  label
})

const controls = [
  control("nist", "ac-2.5", "Sign out people who have been idle for long", "AC-02(05)"),
  control("nist", "ac-2", "Manage accounts", "AC-02"),
  control("nist", "ac-25", "A reference monitor"),
  control("house", "AC-2(5)", "Idle lamps go out"),
  control("house", "R-10", "Doors are closed"),
  control("house", "10", "The ten lists"),
  control("house", "256", "Number of bits"),
  control("house", "1.2", "Transport by van"),
  control("house", "BR-01", "Lamps burn all night"),
  control("house", "CVE-2024-1234", "Fix locks quickly"),
  control("house", "CWE-79", "Escape what is written"),
  control("house", "REQ_GATE_SHUT", "The gate is shut"),
  control("house", "扉-1", "扉を夜に閉めること"),
  ...[10, 2, 1, 11, 3].map((i) => control("asvs", `V6.2.${i}`, `Rule number ${i} on gates`)),
  control("asvs", "V6.20.1", "Gates"),
  { uri: "note", title: "A list of the top 10 flaws, SHA 256 hashes and TLS 1.2 of the house", entityType: "note" }
]

const stored = Layer.effectDiscard(
  Effect.gen(function* () {
    yield* (yield* ReferenceRepository).saveMany(controls)
    yield* (yield* EmbeddingRepository).updateAllEmbeddings()
  })
).pipe(Layer.provideMerge(TestStore.layer))

const modes = ["keyword", "hybrid"] as const
const search = (query: string, options?: SearchOptions) => Search.use(({ search }) => search(query, options))
const uris = (query: string, options?: SearchOptions) =>
  Effect.map(search(query, options), ({ hits }) => hits.map(({ reference }) => reference.uri))

layer(stored)("an identifier in a query", (it) => {
  it.effect("puts exactly that reference first by keyword and in hybrid, however it is typed", () =>
    Effect.gen(function* () {
      for (const mode of modes) {
        for (const [query, expected] of [
          ["BR-01", "house:BR-01"],
          ["br 1", "house:BR-01"],
          ["R-10", "house:R-10"],
          ["CVE-2024-1234", "house:CVE-2024-1234"],
          ["cwe79", "house:CWE-79"],
          ["V6.2.1", "asvs:V6.2.1"],
          ["v6.02.10", "asvs:V6.2.10"],
          ["AC-25", "nist:ac-25"],
          ["req_gate_shut", "house:REQ_GATE_SHUT"],
          ["扉-1", "house:扉-1"],
          ["10", "house:10"],
          ["What does CWE-79 ask?", "house:CWE-79"],
          ["explain “V6.2.3”, please.", "asvs:V6.2.3"],
          ["doors that follow CWE 79", "house:CWE-79"]
        ] as const) {
          const found = yield* uris(query, { mode })
          assert.strictEqual(found[0], expected, `${mode}: ${query}`)
        }
      }
    })
  )

  it.effect("puts first all that have it, of whatever catalog, unless the filter says which", () =>
    Effect.gen(function* () {
      for (const mode of modes) {
        for (const query of ["AC-2(5)", "ac-2.5", "AC-02(05)", "what does AC-2 (5) ask", "(see AC-2(5))."]) {
          const found = yield* uris(query, { mode })
          assert.deepStrictEqual(found.slice(0, 2).toSorted(), ["house:AC-2(5)", "nist:ac-2.5"], `${mode}: ${query}`)
          const [only] = yield* uris(query, { mode, filter: { catalog: "nist" } })
          assert.strictEqual(only, "nist:ac-2.5")
        }
      }
    })
  )

  it.effect("lists in natural order what begins with it, before all else", () =>
    Effect.gen(function* () {
      const all = [1, 2, 3, 10, 11].map((i) => `asvs:V6.2.${i}`)
      for (const mode of modes) {
        assert.deepStrictEqual((yield* uris("V6.2.", { mode })).slice(0, 5), all, mode)
        assert.deepStrictEqual(yield* uris("v6.02.", { mode, limit: 2 }), all.slice(0, 2), mode)
        assert.deepStrictEqual((yield* uris("ac-", { mode })).slice(0, 4), [
          "house:AC-2(5)",
          "nist:ac-2",
          "nist:ac-2.5",
          "nist:ac-25"
        ])
      }
    })
  )

  it.effect("is a part of the explanation, which adds up, and makes a hit relevant", () =>
    Effect.gen(function* () {
      for (const mode of modes) {
        for (const query of ["AC-2(5) idle lamps", "V6.2.", "R-10 doors"]) {
          const { hits } = yield* search(query, { mode })
          assert.isNotEmpty(hits)
          for (const { explanation, relevance, score } of hits) {
            const { identifier, keyword, semantic } = explanation
            const sum = [identifier, keyword, semantic].reduce((sum, leg) => sum + (leg?.contribution ?? 0), 0)
            assert.approximately(score, sum, 1e-12)
            if (identifier !== undefined) assert.strictEqual(relevance, 1)
          }
          assert.deepStrictEqual(
            hits.map(({ score }) => score),
            hits.map(({ score }) => score).toSorted((a, b) => b - a)
          )
          assert.isDefined(hits[0]?.explanation.identifier)
          assert.deepStrictEqual(
            (yield* search(query, { mode, onlyRelevant: true })).hits[0]?.reference,
            hits[0]?.reference
          )
        }
      }
    })
  )

  it.effect("changes nothing where it is only a number in a text, or where nothing is called so", () =>
    Effect.gen(function* () {
      for (const mode of modes) {
        for (const query of ["top 10 flaws", "SHA 256 hashes", "TLS 1.2", "AC-99", "doors 10 times closed", "V7."]) {
          const { hits } = yield* search(query, { mode })
          for (const { explanation } of hits) assert.isUndefined(explanation.identifier, query)
        }
      }
      assert.strictEqual((yield* uris("top 10 flaws", { mode: "keyword" }))[0], "note")
    })
  )

  it.effect("counts facets of all that are called so, whatever the limit", () =>
    Effect.gen(function* () {
      for (const limit of [0, 1, 10]) {
        const { facets, hits } = yield* search("AC-", { mode: "keyword", facets: true, limit })
        assert.lengthOf(hits, Math.min(limit, 4))
        assert.deepStrictEqual(facets?.entityTypes, [{ value: "control", count: 4 }])
      }
    })
  )

  it.effect("is counted among what was looked through, and means nothing to a search by meaning", () =>
    Effect.gen(function* () {
      const { facets } = yield* search("CVE-2024-1234", { mode: "keyword", facets: true })
      assert.deepStrictEqual(facets?.catalogs, [{ value: "house", count: 1 }])
      const { hits } = yield* search("R-10", { mode: "semantic" })
      for (const { explanation } of hits) assert.isUndefined(explanation.identifier)
      assert.deepStrictEqual(yield* uris("R-10", { limit: 0 }), [])
    })
  )
})

describe("the identifiers that a query may hold", () => {
  it("are the whole where it has a digit, and words that have a letter too or two points", () => {
    for (const [query, exact, prefix] of [
      ["AC-02(05)", ["ac.2.5"]],
      ["10", ["10"]],
      ["the 10 commandments of 8.3.6", ["the.10.commandments.of.8.3.6", "8.3.6"]],
      ["use TLS 1.2", ["use.tls.1.2", "tls.1.2"]],
      ["password storage", []],
      ["passwords.", []],
      ["e-mail", ["e.mail"]],
      ["V6.2.", ["v.6.2"], "v.6.2."],
      ["AC-", [], "ac."],
      ["(AC-2)", ["ac.2"]],
      ["?!", []]
    ] as const) {
      const names = namesOf(query)
      assert.deepStrictEqual([names.exact, names.prefix], [exact, prefix], query)
    }
  })

  it("are looked for in any text, without going back over it for every character", () => {
    for (const text of [
      "1".repeat(100_000),
      `a${"-".repeat(100_000)}a`,
      `a${")".repeat(100_000)}a`,
      "1.".repeat(50_000)
    ]) {
      assert.strictEqual(namesOf(`${text} R-1`).exact.at(-1), "r.1")
    }
  })
})
