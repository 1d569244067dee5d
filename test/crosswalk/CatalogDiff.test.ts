import { assert, describe, it, layer } from "@effect/vitest"
import { Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { CatalogDiff } from "../../src/crosswalk/CatalogDiff.ts"
import * as Html from "../../src/report/CatalogDiffHtml.ts"
import * as Json from "../../src/report/CatalogDiffJson.ts"
import * as Text from "../../src/report/CatalogDiffText.ts"
import { localId } from "../../src/crosswalk/CatalogMatch.ts"
import { likelihood } from "../../src/report/Likelihood.ts"
import { CatalogChanges } from "../../src/domain/Change.ts"
import * as Deterministic from "../../src/embedder/Deterministic.ts"
import { EmbeddingRepository } from "../../src/storage/EmbeddingRepository.ts"
import * as LibsqlClient from "../../src/libsql/LibsqlClient.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import { RelationRepository } from "../../src/storage/RelationRepository.ts"
import { VectorIndex } from "../../src/storage/VectorIndex.ts"

const store = Layer.fresh(
  CatalogDiff.layer.pipe(
    Layer.provideMerge(Layer.mergeAll(EmbeddingRepository.layer, ReferenceRepository.layer, RelationRepository.layer)),
    Layer.provideMerge(VectorIndex.layerSql)
  )
).pipe(Layer.provideMerge(Layer.merge(LibsqlClient.layer({ url: ":memory:" }), Deterministic.layer())))

const between = { before: "std@1", after: "std@2" } as const

type Texts = Readonly<Record<string, string>>

/** Two versions of a catalog, by identifier and text. */
const prepare = Effect.fnUntraced(function* (before: Texts, after: Texts) {
  const sql = yield* SqlClient.SqlClient
  for (const table of ["relation", "orphan", "reference", "catalog", "embedding_model"])
    yield* sql.unsafe(`DELETE FROM crosswalk_${table}`)
  const references = yield* ReferenceRepository
  const save = (version: number, texts: Texts) =>
    references.saveMany(
      Object.entries(texts).map(([id, description]) => ({
        uri: `std:${version}/${id}`,
        title: "Requirements",
        entityType: "requirement",
        catalog: `std@${version}`,
        description
      }))
    )
  yield* save(1, before)
  yield* save(2, after)
  return yield* CatalogDiff
})

/** The kinds of each change by the identifier before, or after where it is new, with the identifiers after. */
const short = ({ changes }: CatalogChanges) =>
  Object.fromEntries(
    changes.map(({ after, before, kinds }) => [
      (before ?? after[0]?.reference)?.uri.replace(/^std:/u, ""),
      [...kinds, ...after.flatMap(({ reference }) => (before === undefined ? [] : [reference.uri.slice(6)]))].join(" ")
    ])
  )

const password = "Passwords are stored with a slow and salted hash function."
const session = "Sessions end after fifteen minutes without any activity of the user."
const logging = "Administrative actions are written to a log with time and origin."
const transport = "Traffic between components is encrypted in transit with TLS."

layer(store)("CatalogDiff.diff", (it) => {
  it.effect("tells what is unchanged, moved, modified, deleted and new", () =>
    Effect.gen(function* () {
      const { diff } = yield* prepare(
        { A1: password, A2: session, A3: logging, A4: "Lunch is served at noon in a canteen." },
        { A1: password, B2: session, A3: logging.replace("time", "date"), A5: transport }
      )
      const changes = yield* diff(between)
      assert.deepStrictEqual(short(changes), {
        "1/A1": "unchanged A1",
        "1/A2": "moved B2",
        "1/A3": "modified A3",
        "1/A4": "deleted",
        "2/A5": "new"
      })
      assert.deepStrictEqual(changes.totals, {
        unchanged: 1,
        moved: 1,
        modified: 1,
        split: 0,
        merged: 0,
        deleted: 1,
        new: 1,
        unclear: 0
      })
      assert.deepStrictEqual(changes.changes[2]?.after[0]?.description.slice(1, 3), [
        { operation: "delete", text: "time" },
        { operation: "insert", text: "date" }
      ])
    })
  )

  it.effect("compares descriptions, and titles that are names; a heading that many share is no change", () =>
    Effect.gen(function* () {
      const { diff } = yield* prepare(
        { A: `  ${password.replace(" ", "\n")}`, B: session, C: logging },
        { A: password, B: session, C: logging }
      )
      const references = yield* ReferenceRepository
      for (const [id, description] of Object.entries({ A: password, B: session, C: logging })) {
        yield* references.save({
          uri: `std:2/${id}`,
          title: "Other heading",
          entityType: "requirement",
          catalog: "std@2",
          description
        })
      }
      assert.deepStrictEqual(short(yield* diff(between)), {
        "1/A": "unchanged A",
        "1/B": "unchanged B",
        "1/C": "unchanged C"
      })
      for (const [version, title] of [
        [1, "One name"],
        [2, "Another name"]
      ] as const) {
        yield* references.save({
          uri: `std:${version}/A`,
          title,
          entityType: "requirement",
          catalog: `std@${version}`,
          description: password
        })
      }
      assert.deepStrictEqual(short(yield* diff(between)), {
        "1/A": "modified A",
        "1/B": "unchanged B",
        "1/C": "unchanged C"
      })
    })
  )

  it.effect("pairs equal texts one to one, those with the same identifier first", () =>
    Effect.gen(function* () {
      const { diff } = yield* prepare({ A: "same", B: "same", C: "same" }, { B: "same", C: "same", D: "same" })
      assert.deepStrictEqual(short(yield* diff(between)), {
        "1/A": "moved D",
        "1/B": "unchanged B",
        "1/C": "unchanged C"
      })
    })
  )

  it.effect("follows what a person accepted, also against the text, and leaves out what was rejected", () =>
    Effect.gen(function* () {
      const { diff } = yield* prepare(
        { A: password, B: session, C: logging },
        { A: password, X: `${session} Really.`, Y: transport, Z: `${logging} Always.` }
      )
      const relations = yield* RelationRepository
      yield* relations.saveMany([
        { sources: ["std:1/A"], targets: ["std:2/Y"] },
        { sources: ["std:2/A"], targets: ["std:1/A"], type: "supersedes" },
        { sources: ["std:1/C"], targets: ["std:2/Z"], status: "rejected" }
      ])
      const followed = short(yield* diff(between))
      assert.strictEqual(followed["1/A"], "split A Y")
      assert.strictEqual(followed["1/B"], "moved modified X")
      assert.notInclude(followed["1/C"], "Z")
      const only = short(yield* diff({ ...between, relations: "only" }))
      assert.strictEqual(only["1/B"], "deleted")
      const ignored = short(yield* diff({ ...between, relations: "ignore" }))
      assert.strictEqual(ignored["1/A"], "unchanged A")
      assert.strictEqual(ignored["1/C"], "moved modified Z")
    })
  )

  it.effect("never contradicts that something has no counterpart, or that two are unrelated", () =>
    Effect.gen(function* () {
      const { diff } = yield* prepare(
        { A: password, B: session, C: logging },
        { A: password, X: `${session} Really.`, Z: `${logging} Always.` }
      )
      const relations = yield* RelationRepository
      yield* relations.saveMany([
        { sources: ["std:1/A"], targets: [], to: "std@2" },
        { sources: ["std:2/X"], targets: [], to: "std@1" },
        { sources: ["std:1/C"], targets: ["std:2/Z"], type: "no-relationship" }
      ])
      const { changes } = yield* diff(between)
      const of = (uri: string) =>
        changes.flatMap(({ after, before, kinds, possible }) =>
          [before, ...(before === undefined ? after.map(({ reference }) => reference) : [])].some(
            (one) => one?.uri === uri
          )
            ? [
                {
                  kinds,
                  near: [...(before === undefined ? [] : after), ...possible].map(({ reference }) => reference.uri)
                }
              ]
            : []
        )
      assert.deepStrictEqual(of("std:1/A"), [{ kinds: ["deleted"], near: [] }])
      assert.deepStrictEqual(of("std:2/X"), [{ kinds: ["new"], near: [] }])
      assert.notInclude(of("std:1/C")[0]?.near ?? [], "std:2/Z")
      assert.notInclude(of("std:1/B")[0]?.near ?? [], "std:2/X")
    })
  )

  it.effect("of several that lead to one the most similar continues, the others are merged into it", () =>
    Effect.gen(function* () {
      const { diff } = yield* prepare({ A: `${password} Strong.`, B: session }, { A: `${password} Always.` })
      const relations = yield* RelationRepository
      yield* relations.saveMany([
        { sources: ["std:1/A"], targets: ["std:2/A"] },
        { sources: ["std:1/B"], targets: ["std:2/A"] }
      ])
      assert.deepStrictEqual(short(yield* diff(between)), { "1/A": "modified A", "1/B": "merged A" })
      yield* relations.save({ sources: ["std:1/A"], targets: ["std:2/A"], type: "subset" })
      yield* relations.remove({ sources: ["std:1/A"], targets: ["std:2/A"], type: "implements" })
      assert.deepStrictEqual(short(yield* diff(between)), { "1/A": "merged A", "1/B": "moved modified A" })
    })
  )

  it.effect("finds what was split, asked from the later version", () =>
    Effect.gen(function* () {
      const both = "Passwords are stored with a slow hash, and every login from a new device is announced by mail."
      const { diff } = yield* prepare(
        { A: both, B: session, C: logging, D: transport },
        {
          A: "Passwords are stored with a slow hash function.",
          E: "Every login from a new device is announced by mail.",
          B: session,
          C: logging,
          D: transport
        }
      )
      assert.match(short(yield* diff(between))["1/A"] ?? "", /split (?:A E|E A)$/u)
    })
  )

  it.effect("says that it is unclear where likeness is weak, and names what may be", () =>
    Effect.gen(function* () {
      const { diff } = yield* prepare(
        {
          A: "Keys for signing are rotated by the security team once a year.",
          B: "Keys for signing are in a vault of the security team; visitors sign once a year at the front desk.",
          C: "Visitors sign a list at the front desk and are led through the building.",
          D: transport
        },
        {
          E: "Keys for signing are rotated by the security team once a month.",
          F: "Visitors sign a list at the front desk and wear a badge in the building.",
          D: transport
        }
      )
      const changes = yield* diff(between)
      const unclear = changes.changes.filter(({ kinds }) => kinds.includes("unclear"))
      assert.isAtLeast(unclear.length, 1)
      assert.strictEqual(changes.totals.unclear, unclear.length)
      for (const { before, kinds, possible } of unclear) {
        assert.deepStrictEqual(kinds, ["unclear"])
        assert.isTrue(possible.length >= 1 && possible.length <= 3)
        const other = before === undefined ? "std:1/" : "std:2/"
        for (const { reference } of possible) assert.isTrue(reference.uri.startsWith(other))
      }
      const [first] = unclear
      assert.include(Text.render(changes), `unclear: ${(first?.before ?? first?.after[0]?.reference)?.uri}`)
      assert.match(Text.render(changes), /\? std:[12]\/[A-F].*% likely/u)
      assert.include(Html.render(changes), `<p>? <b>${first?.possible[0]?.reference.uri}</b>`)
    })
  )

  it.effect("writes no relations, and needs no embeddings by keyword", () =>
    Effect.gen(function* () {
      const { diff } = yield* prepare(
        { A: password, C: logging },
        { B: password.replace("slow", "modern"), C: logging }
      )
      assert.deepStrictEqual(short(yield* diff({ ...between, method: "keyword" })), {
        "1/A": "moved modified B",
        "1/C": "unchanged C"
      })
      const relations = yield* RelationRepository
      assert.strictEqual(yield* relations.count(), 0)
      assert.strictEqual((yield* (yield* EmbeddingRepository).status).fresh, 0)
    })
  )

  it.effect("refuses what cannot be compared, in words", () =>
    Effect.gen(function* () {
      const { diff } = yield* prepare({ A: password }, { A: password })
      const said = (options: Parameters<typeof diff>[0]) =>
        Effect.map(Effect.flip(diff(options)), ({ _tag, message }) => [_tag, message] as const)
      assert.include((yield* said({ before: "std@1", after: "std@1" }))[1], "another version than before")
      assert.deepStrictEqual(yield* said({ before: "std@0", after: "std@1" }), [
        "NotFoundError",
        "There is no catalog std@0"
      ])
      assert.strictEqual((yield* said({ before: "std@1", after: "std @2" }))[0], "ValidationError")
    })
  )

  it.effect("renders as text, JSON and HTML", () =>
    Effect.gen(function* () {
      const hostile = `</style><script>alert("1")</script> & 'x' \u001b[31m`
      const { diff } = yield* prepare({ A: password, C: session }, { B: `${password} ${hostile}`, D: hostile })
      const changes = yield* diff(between)

      const text = Text.render(changes)
      assert.include(text, "moved, modified: std:1/A")
      assert.include(text, "→ std:2/B")
      assert.include(text, "{+")
      assert.notInclude(text, "\u001b")
      assert.notInclude(Text.render(changes, { mark: (text) => text }), "{+")

      const decoded = yield* Schema.decodeEffect(Schema.fromJsonString(CatalogChanges))(Json.render(changes))
      assert.deepStrictEqual(decoded, changes)

      const html = Html.render(changes)
      assert.notInclude(html, "<script")
      assert.strictEqual(html.split("</style>").length, 2)
      assert.include(html, "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;x&#39;")
      assert.include(html, "<ins>")
      assert.notMatch(html, /(?:src|href)=|@import|url\(/u)
    })
  )
})

describe("a likelihood", () => {
  it("is never certain, however it is rounded", () => {
    assert.deepStrictEqual([0, 0.004, 0.5, 0.994, 0.9999, 1].map(likelihood), [
      "less than 1 % likely",
      "less than 1 % likely",
      "50 % likely",
      "99 % likely",
      "more than 99 % likely",
      "more than 99 % likely"
    ])
  })
})

describe("localId", () => {
  it("is the identifier without the catalog", () => {
    assert.strictEqual(localId("asvs:4.0.3/V1.2", "asvs@4.0.3"), "V1.2")
    assert.strictEqual(localId("company/7", "company"), "7")
    assert.strictEqual(localId("https://example.org/7", "company@1"), "https://example.org/7")
  })
})
