import { assert, describe, it, layer } from "@effect/vitest"
import { Effect, Layer, Stream } from "effect"
import { SqlClient } from "effect/sql"
import type { ReferenceInput } from "../../src/domain/Reference.ts"
import * as LibsqlClient from "../../src/libsql/LibsqlClient.ts"
import { EmbeddingRepository } from "../../src/storage/EmbeddingRepository.ts"
import * as Migrations from "../../src/storage/Migrations.ts"
import { hashOf } from "../../src/storage/ReferenceRow.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import { TestStore } from "../../src/testing.ts"

const named = (catalog: string, identifier: string, rest: Partial<ReferenceInput> = {}): ReferenceInput => ({
  uri: `${catalog.replace("@", ":")}/${identifier}`,
  title: `Title of ${identifier}`,
  entityType: "control",
  catalog,
  identifier,
  ...rest
})

const stored = (inputs: ReadonlyArray<ReferenceInput>) =>
  Layer.effectDiscard(Effect.flatMap(ReferenceRepository, (references) => references.saveMany(inputs))).pipe(
    Layer.provideMerge(ReferenceRepository.layer),
    Layer.provideMerge(LibsqlClient.layer({ url: ":memory:" }))
  )

const controls = [
  named("nist@5", "ac-2.5", { label: "AC-02(05)" }),
  named("nist@5", "ac-2"),
  named("nist@5", "ac-2.10"),
  named("old@4", "AC-2"),
  named("house@1", "R-10"),
  named("house@1", "R-9", { role: "guidance" }),
  named("house@1", "R", { role: "heading" })
]

layer(stored(controls))("a reference's names", (it) => {
  it.effect("come back as they were saved, with the role requirement where none was given", () =>
    Effect.gen(function* () {
      const { find, save } = yield* ReferenceRepository
      const one = yield* Effect.fromOption(yield* find("nist:5/ac-2.5"))
      assert.deepStrictEqual([one.identifier, one.label, one.role], ["ac-2.5", "AC-02(05)", "requirement"])
      assert.deepStrictEqual(yield* save(one), one)
      const heading = yield* Effect.fromOption(yield* find("house:1/R"))
      assert.strictEqual(heading.role, "heading")
    })
  )

  it.effect("are filtered by role and listed in natural order", () =>
    Effect.gen(function* () {
      const { count, findAll } = yield* ReferenceRepository
      const uris = yield* Stream.runCollect(Stream.map(findAll(), ({ uri }) => uri))
      assert.deepStrictEqual(uris, [
        "house:1/R",
        "house:1/R-9",
        "house:1/R-10",
        "nist:5/ac-2",
        "nist:5/ac-2.5",
        "nist:5/ac-2.10",
        "old:4/AC-2"
      ])
      assert.strictEqual(yield* count({ role: "requirement" }), 5)
      assert.strictEqual(yield* count({ role: "heading", catalog: "house@1" }), 1)
    })
  )

  it.effect("resolve a URI, an identifier or a label, however it is written", () =>
    Effect.gen(function* () {
      const { resolve } = yield* ReferenceRepository
      for (const text of ["nist:5/ac-2.5", "AC-2(5)", "ac-02.05", "AC-02(05)", " ac 2 (5) "]) {
        assert.strictEqual((yield* resolve(text)).uri, "nist:5/ac-2.5", text)
      }
      assert.strictEqual((yield* resolve("r 10")).uri, "house:1/R-10")
      assert.strictEqual((yield* resolve("ac-02", { catalog: "old@4" })).uri, "old:4/AC-2")
      // Several have it, one as it is written.
      assert.strictEqual((yield* resolve("AC-2")).uri, "old:4/AC-2")
    })
  )

  it.effect("fail with the URIs that may be meant where they are those of several or of none", () =>
    Effect.gen(function* () {
      const { resolve } = yield* ReferenceRepository
      const several = yield* Effect.flip(resolve("Ac-02"))
      assert.deepInclude(several, { _tag: "ConflictError", reason: "ambiguous", isRetryable: false })
      assert.deepStrictEqual(several.remedy, {
        action: "chooseOne",
        field: "uri",
        values: ["nist:5/ac-2", "old:4/AC-2"]
      })
      const beginning = yield* Effect.flip(resolve("AC"))
      assert.strictEqual(beginning._tag, "NotFoundError")
      assert.deepStrictEqual(beginning.remedy, {
        action: "chooseOne",
        field: "uri",
        values: ["nist:5/ac-2", "nist:5/ac-2.5", "nist:5/ac-2.10", "old:4/AC-2"]
      })
      const none = yield* Effect.flip(resolve("X-1"))
      assert.deepStrictEqual([none._tag, none.remedy], ["NotFoundError", undefined])
      assert.strictEqual((yield* Effect.flip(resolve("R-10", { catalog: "nist@5" })))._tag, "NotFoundError")
      assert.strictEqual((yield* Effect.flip(resolve(" ")))._tag, "ValidationError")
    })
  )
})

/** References as a version without names stored them. */
const older = (inputs: ReadonlyArray<ReferenceInput>) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    yield* Migrations.runTo(4)
    for (const catalog of new Set(inputs.flatMap(({ catalog }) => catalog ?? []))) {
      yield* sql`INSERT INTO crosswalk_catalog (id, created_at) VALUES (${catalog}, 0)`
    }
    const rows = inputs.map(({ catalog, description, entityType, metadata, tags = [], title, uri }) => {
      const texts = { tags: JSON.stringify(tags), metadata: metadata === undefined ? null : JSON.stringify(metadata) }
      const row = { uri, title, entityType, description: description ?? null, ...texts, catalog: catalog ?? null }
      const text = description === undefined ? title : `${title}\n\n${description}`
      return { ...row, hash: hashOf(JSON.stringify(row)), text: hashOf(text) }
    })
    yield* sql`INSERT INTO crosswalk_reference
        (uri, title, entity_type, description, tags, metadata, catalog, content_hash, text_hash, created_at, updated_at)
      SELECT value ->> '$.uri', value ->> '$.title', value ->> '$.entityType', value ->> '$.description',
        value ->> '$.tags', value ->> '$.metadata', value ->> '$.catalog', value ->> '$.hash', value ->> '$.text', 0, 0
      FROM json_each(${JSON.stringify(rows)})`
    yield* sql`INSERT INTO crosswalk_embedding_model (fingerprint, name, dimensions, max_length) VALUES ('f', 'm', 1, 1)`
    yield* sql`INSERT INTO crosswalk_embedding SELECT id, 1, 'h', x'00000000', 0 FROM crosswalk_reference LIMIT 1`
  })

describe("references whose uris are ordered alike", () => {
  it.effect("are listed and looked through once each, over the ends of pages", () =>
    Effect.gen(function* () {
      const { findAll, learnBoilerplate, saveMany } = yield* ReferenceRepository
      const embeddings = yield* EmbeddingRepository
      const description = "Verify that the gate is shut at night and nobody is inside."
      const many = Array.from({ length: 600 }, (_, i) => named("big@1", `R-${"0".repeat(i)}1`, { description }))
      yield* saveMany(many.toReversed())
      const inCatalog = yield* Stream.runCollect(findAll({ catalog: "big@1" }))
      const expected = many.map(({ uri }) => uri).sort()
      assert.deepStrictEqual(
        inCatalog.map(({ uri }) => uri),
        expected
      )
      assert.deepStrictEqual(
        (yield* Stream.runCollect(findAll())).map(({ uri }) => uri),
        expected
      )
      const [first] = many
      if (first !== undefined) yield* embeddings.saveWithEmbedding(first)
      // What is learnt changes the text of each.
      assert.isAbove((yield* learnBoilerplate("big@1")).openings.length, 0)
      assert.deepStrictEqual(yield* saveMany(many), { created: 0, updated: 0, unchanged: 600 })
      assert.strictEqual((yield* embeddings.status).fresh, 0)
    }).pipe(Effect.provide(TestStore.layer))
  )
})

describe("a database made before names were stored", () => {
  it.effect("gets the identifiers of its URIs, keeps its vectors, and importing again changes nothing", () =>
    Effect.gen(function* () {
      const many = Array.from({ length: 2100 }, (_, i) => named("big@1", `R-${i}`, { description: "A text." }))
      const loose: ReadonlyArray<ReferenceInput> = [
        { uri: "loose", title: "In no catalog", entityType: "note" },
        { uri: "urn:other/7", title: "Named otherwise", entityType: "note", catalog: "big@1", metadata: { a: [1] } },
        { uri: "asvs:V1.2", title: "Of a catalog without a version", entityType: "note", catalog: "asvs", tags: ["a"] }
      ]
      yield* older([...many, ...loose])
      const { findAll, resolve, saveMany } = yield* Effect.provide(ReferenceRepository, ReferenceRepository.layer)
      assert.deepStrictEqual(yield* saveMany(many), { created: 0, updated: 0, unchanged: 2100 })
      assert.deepStrictEqual(yield* saveMany(loose.slice(0, 2)), { created: 0, updated: 0, unchanged: 2 })
      const sql = yield* SqlClient.SqlClient
      assert.lengthOf(yield* sql`SELECT 1 FROM crosswalk_embedding`, 1)
      assert.strictEqual((yield* resolve("r-007")).uri, "big:1/R-7")
      assert.strictEqual((yield* resolve("v1.2")).uri, "asvs:V1.2")
      const uris = yield* Stream.runCollect(Stream.map(findAll({ catalog: "big@1" }), ({ uri }) => uri))
      assert.deepStrictEqual(uris, [...many.map(({ uri }) => uri), "urn:other/7"])
    }).pipe(Effect.provide(LibsqlClient.layer({ url: ":memory:" })))
  )
})
