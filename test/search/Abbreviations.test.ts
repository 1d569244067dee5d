import { join } from "node:path"
import { assert, it, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { LibsqlClient } from "../../src/libsql.ts"
import type { ReferenceInput } from "../../src/domain/Reference.ts"
import { Search } from "../../src/search/Search.ts"
import type { SearchOptions } from "../../src/search/SearchOptions.ts"
import * as Doctor from "../../src/storage/Doctor.ts"
import { EmbeddingRepository } from "../../src/storage/EmbeddingRepository.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import { SqlClient } from "effect/sql"
import { repair } from "../../src/storage/doctor/Repair.ts"
import { TestStore } from "../../src/testing.ts"
import { temporaryFolder } from "../support/temporaryFolder.ts"

const rule = (uri: string, description: string, catalog: string): ReferenceInput => ({
  uri,
  title: uri,
  description,
  entityType: "rule",
  catalog,
  identifier: uri
})

const rules = [
  rule("a:1", "Parsers of documents prevent XML eXternal Entity (XXE) attacks.", "a@1"),
  rule("a:2", "A software bill of materials (SBOM) is kept.", "a@1"),
  rule("a:3", "Each content security policy (CSP) is tested.", "a@1"),
  rule("a:4", "Use of TURN (traversal using relays around NAT) is limited.", "a@1"),
  rule("b:1", "External entity references of XML are not resolved.", "b@1"),
  rule("b:2", "Software has a bill of its materials.", "b@1"),
  rule("b:3", "A cloud service provider (CSP) is audited; so is another cloud service provider (CSP).", "b@1"),
  rule("b:4", "Every cloud service provider (CSP) has a contract.", "b@1"),
  rule("b:5", "Another cloud service provider (CSP), for once.", "b@1"),
  rule("c:1", "Sessions do not turn into others.", "c@1"),
  rule("c:2", "A risk assessment (RA) precedes a remote access (RA).", "c@1")
]

const stored = Layer.effectDiscard(
  Effect.gen(function* () {
    yield* (yield* ReferenceRepository).saveMany(rules)
    yield* (yield* EmbeddingRepository).updateAllEmbeddings()
  })
).pipe(Layer.provideMerge(TestStore.layer))

const find = (query: string, options?: SearchOptions) =>
  Effect.map(
    Search.use(({ search }) => search(query, options)),
    ({ hits }) => hits
  )
/** What was added to a query, as its hits say. */
const added = (query: string, options?: SearchOptions) =>
  Effect.map(find(query, options), (hits) => hits[0]?.explanation.added)

layer(stored)("a query with an abbreviation", (it) => {
  it.effect("finds texts that have its long form only, in each mode, and says so", () =>
    Effect.gen(function* () {
      for (const mode of ["hybrid", "keyword", "semantic"] as const) {
        const hits = yield* find("XXE", { mode, filter: { catalog: "b@1" }, limit: 1 })
        assert.deepStrictEqual(
          hits.map(({ reference }) => reference.uri),
          ["b:1"],
          mode
        )
        assert.deepStrictEqual(hits[0]?.explanation.added, ["XML eXternal Entity"])
      }
      const [first] = yield* find("SBOM", { filter: { catalog: "b@1" } })
      assert.strictEqual(first?.reference.uri, "b:2")
    })
  )

  it.effect("gets the form that it lacks, whichever that is, however it is written", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* added("sbom for releases"), ["software bill of materials"])
      assert.deepStrictEqual(yield* added("our SBOMs"), ["software bill of materials"])
      assert.deepStrictEqual(yield* added("Software-Bill of Materials"), ["SBOM"])
      assert.deepStrictEqual(yield* added("XXE and an SBOM"), ["XML eXternal Entity", "software bill of materials"])
    })
  )

  it.effect("is left as it is where nothing is missing, it is quoted, or calls a reference by its name", () =>
    Effect.gen(function* () {
      const whole = [
        "SBOM, the software bill of materials",
        '"SBOM" of releases',
        "SBOM a:2",
        "passwords",
        "some secure business object model (SBOM)"
      ]
      for (const query of whole) assert.isUndefined(yield* added(query), query)
    })
  )

  it.effect("is read as most texts read it, and those of the catalog before others; not where they differ", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* added("CSP"), ["cloud service provider"])
      assert.deepStrictEqual(yield* added("CSP", { filter: { catalog: "a@1" } }), ["content security policy"])
      assert.isUndefined(yield* added("RA"))
    })
  )

  it.effect("is no abbreviation where texts write the word small", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* added("TURN servers"), ["traversal using relays around NAT"])
      assert.isUndefined(yield* added("turn on logging"))
    })
  )
})

it.effect("what a text explained goes with the text", () =>
  Effect.gen(function* () {
    const references = yield* ReferenceRepository
    const rowOf = (description: string) => rule("a:1", description, "a@1")
    yield* references.saveMany([rowOf("Time of check (TOC)"), rule("a:9", "A check", "a@1")])
    assert.deepStrictEqual(yield* added("TOC", { mode: "keyword" }), ["Time of check"])
    yield* references.save({ ...rowOf("Time of check (TOC)"), tags: ["kept"] })
    assert.deepStrictEqual(yield* added("TOC", { mode: "keyword" }), ["Time of check"])
    yield* references.save(rowOf("A table of contents (TOC), to check"))
    assert.deepStrictEqual(yield* added("TOC", { mode: "keyword" }), ["table of contents"])
    yield* references.remove("a:1")
    assert.deepStrictEqual(yield* find("TOC", { mode: "keyword" }), [])
    const sql = yield* SqlClient.SqlClient
    assert.deepStrictEqual(yield* sql`SELECT count(*) AS n FROM crosswalk_abbreviation`, [{ n: 0 }])
  }).pipe(Effect.provide(TestStore.layer))
)

it.effect("what was lost, or is left over, is found by the doctor and noted again", () =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    yield* (yield* ReferenceRepository).saveMany(rules)
    const status = Effect.map(Doctor.run, (checks) => checks.find(({ name }) => name === "abbreviations")?.status)
    assert.strictEqual(yield* status, "ok")
    yield* sql`DELETE FROM crosswalk_abbreviation WHERE id % 2 = 0`
    assert.strictEqual(yield* status, "failed")
    yield* repair
    yield* sql`UPDATE crosswalk_abbreviation SET long_key = 'other' WHERE id = 1`
    assert.strictEqual(yield* status, "failed")
    yield* repair
    assert.strictEqual(yield* status, "ok")
    assert.deepStrictEqual(yield* added("SBOM", { mode: "keyword" }), ["software bill of materials"])
  }).pipe(Effect.provide(TestStore.layer))
)

it.live("what is said of a query follows what is stored, however often it is asked", () =>
  Effect.gen(function* () {
    const url = join(yield* temporaryFolder, "a.db")
    yield* Effect.gen(function* () {
      const { remove, saveMany } = yield* ReferenceRepository
      const ofSbom = added("keep an SBOM", { mode: "keyword" })
      const thrice = (expected: ReadonlyArray<string> | undefined) =>
        Effect.repeat(
          Effect.map(ofSbom, (found) => assert.deepStrictEqual(found, expected)),
          { times: 2 }
        )
      const kept = rule("k:1", "An SBOM is kept.", "k@1")
      yield* saveMany([kept])
      yield* thrice(undefined)
      yield* saveMany(rules)
      yield* thrice(["software bill of materials"])
      yield* remove("a:2")
      yield* thrice(undefined)
    }).pipe(
      Effect.provide(
        Layer.merge(ReferenceRepository.layer, Search.layerKeyword).pipe(
          Layer.provide(LibsqlClient.layer({ url, longReads: "thread" }))
        )
      )
    )
  }).pipe(Effect.scoped)
)
