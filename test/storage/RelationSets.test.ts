import { assert, describe, it, layer } from "@effect/vitest"
import { Effect, Layer, Stream } from "effect"
import { SqlClient } from "effect/sql"
import { Pins } from "../../src/crosswalk/Pins.ts"
import { Review } from "../../src/crosswalk/Review.ts"
import type { RelationInput } from "../../src/domain/RelationInput.ts"
import * as LibsqlClient from "../../src/libsql/LibsqlClient.ts"
import * as Migrations from "../../src/storage/Migrations.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import { RelationRepository } from "../../src/storage/RelationRepository.ts"

const database = LibsqlClient.layer({ url: ":memory:" })
const repositories = Layer.mergeAll(ReferenceRepository.layer, RelationRepository.layer, Review.layer)

const stored = Layer.effectDiscard(
  Effect.flatMap(ReferenceRepository, (references) =>
    references.saveMany(
      ["a", "b"].flatMap((catalog) =>
        ["1", "2", "10"].map((id) => ({ uri: `${catalog}:${id}`, title: id, entityType: "r", catalog }))
      )
    )
  )
).pipe(Layer.provideMerge(repositories), Layer.provideMerge(database))

const equal: RelationInput = { sources: ["a:10", "a:2", "a:10"], targets: ["b:1"], type: "equal" }

layer(stored)("a relation of sets", (it) => {
  it.effect("is told by its sets, whatever their order, and comes back in natural order", () =>
    Effect.gen(function* () {
      const relations = yield* RelationRepository
      const saved = yield* relations.save(equal)
      assert.deepStrictEqual([saved.sources, saved.targets, saved.to], [["a:2", "a:10"], ["b:1"], undefined])
      assert.deepStrictEqual(yield* relations.save({ ...equal, sources: ["a:2", "a:10"] }), saved)
      yield* relations.save({ ...equal, sources: ["a:2"] })
      assert.strictEqual(yield* relations.count({ source: "a:2" }), 2)
      assert.strictEqual(yield* relations.count({ source: "a:10", target: "b:1", from: "a", to: "b" }), 1)
      assert.deepStrictEqual(yield* relations.find("a:10", "outgoing"), [saved])
      yield* relations.remove({ sources: ["a:10", "a:2"], targets: ["b:1"], type: "equal" })
      assert.strictEqual(yield* relations.count({ target: "b:1" }), 1)
    })
  )

  it.effect("that says there is no counterpart names the catalog, which has to be stored", () =>
    Effect.gen(function* () {
      const relations = yield* RelationRepository
      const none = yield* relations.save({ sources: ["a:1"], targets: [], to: "b" })
      assert.deepStrictEqual([none.type, none.targets, none.to], ["no-relationship", [], "b"])
      assert.deepStrictEqual(yield* Stream.runCollect(relations.findAll({ to: "b", source: "a:1" })), [none])
      const errors = yield* Effect.forEach(
        [
          { sources: ["a:1"], targets: [], to: "c" },
          { sources: ["a:1"], targets: [] },
          { sources: ["a:1"], targets: ["b:1"], to: "b" },
          { sources: ["a:1"], targets: [], to: "b", type: "equal" },
          { sources: ["a:1", "b:1"], targets: ["b:1"] }
        ] as const,
        (input) => Effect.flip(relations.save(input))
      )
      assert.deepStrictEqual(
        errors.map((error) => (error._tag === "ValidationError" ? error.field : error._tag)),
        ["NotFoundError", "targets", "to", "type", "targets"]
      )
    })
  )
})

describe("a relation of sets", () => {
  it.effect("goes with any of its ends, and is marked when the text of one changes", () =>
    Effect.gen(function* () {
      const references = yield* ReferenceRepository
      const relations = yield* RelationRepository
      const sql = yield* SqlClient.SqlClient
      yield* relations.saveMany([equal, { sources: ["a:1"], targets: ["b:1", "b:2"], status: "suggested" }])
      yield* references.save({ uri: "a:10", title: "Changed", entityType: "r", catalog: "a" })
      yield* references.save({ uri: "b:2", title: "Changed", entityType: "r", catalog: "b" })
      const found = yield* Stream.runCollect(relations.findAll())
      assert.deepStrictEqual(
        found.map(({ needsReview }) => needsReview),
        [true, false]
      )
      assert.strictEqual((yield* Effect.flip(references.remove("a:10")))._tag, "ConflictError")
      yield* references.remove("a:10", { force: true })
      yield* references.remove("b:2")
      assert.lengthOf(yield* sql`SELECT * FROM crosswalk_relation`, 0)
      assert.lengthOf(yield* sql`SELECT * FROM crosswalk_relation_end`, 0)
    }).pipe(Effect.provide(stored))
  )

  it.effect("keeps suggestions away from what it holds", () =>
    Effect.gen(function* () {
      const relations = yield* RelationRepository
      yield* relations.saveMany([
        equal,
        { sources: ["a:1"], targets: [], to: "b" },
        { sources: ["a:2"], targets: ["b:2", "b:10"], status: "rejected" }
      ])
      const pair = (source: string, target: string): RelationInput => ({
        sources: [source],
        targets: [target],
        status: "suggested",
        provenance: { method: "suggest:x" }
      })
      const inside = [pair("a:2", "b:1"), pair("a:10", "b:1"), pair("a:1", "b:1"), pair("a:1", "b:10")]
      const open = [pair("a:2", "b:2"), pair("a:10", "b:2")]
      assert.deepStrictEqual(yield* relations.replaceSuggestions({ to: "b" }, [...inside, ...open]), {
        removed: 0,
        saved: 2,
        kept: 4
      })
    }).pipe(Effect.provide(stored))
  )

  it.effect("is decided on as a whole, logged, and taken back", () =>
    Effect.gen(function* () {
      const relations = yield* RelationRepository
      const review = yield* Review
      yield* relations.save({ ...equal, status: "suggested", confidence: 0.5 })
      const ends = { sources: ["a:10", "a:2"], targets: ["b:1"] } as const
      yield* review.decide([
        { ...ends, status: "accepted", as: "subset" },
        { sources: ["a:1"], targets: [], to: "b", status: "accepted" },
        { sources: ["a:2"], targets: [], to: "b", status: "accepted", as: "equal" }
      ])
      const [none, set] = yield* review.log()
      assert.deepInclude(none, { sources: ["a:1"], targets: [], to: "b" })
      assert.isUndefined(none?.before)
      assert.deepInclude(set, { sources: ["a:2", "a:10"], targets: ["b:1"] })
      assert.deepStrictEqual(
        (yield* Stream.runCollect(review.items({ status: "accepted" }))).map(({ relation, sources, targets }) => [
          sources.map(({ uri }) => uri),
          relation.type,
          targets.map(({ uri }) => uri)
        ]),
        [
          [["a:1"], "no-relationship", []],
          [["a:2", "a:10"], "subset", ["b:1"]]
        ]
      )
      assert.lengthOf((yield* review.undo()).refused, 0)
      const left = yield* Stream.runCollect(relations.findAll())
      assert.deepStrictEqual(
        left.map(({ sources, status, type }) => [sources, status, type]),
        [[["a:2", "a:10"], "suggested", "equal"]]
      )
    }).pipe(Effect.provide(stored))
  )
})

describe("a database made before relations were of sets", () => {
  it.effect("keeps its relations and its log, and takes decisions back", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      yield* Migrations.runTo(5)
      for (const uri of ["a:1", "a:2", "b:1"]) {
        yield* sql`INSERT INTO crosswalk_reference
            (uri, title, entity_type, tags, content_hash, text_hash, created_at, updated_at, natural)
          VALUES (${uri}, 'T', 'r', '[]', 'c', 't', 0, 0, ${uri})`
      }
      const provenance = '{"method":"manual"}'
      yield* sql`INSERT INTO crosswalk_relation
          (id, source_id, target_id, type, confidence, status, needs_review, provenance, created_at, updated_at)
        VALUES (7, 2, 3, 'equal', 0.5, 'accepted', 1, ${provenance}, 1, 2), (9, 1, 3, 'subset', 1, 'suggested', 0, ${provenance}, 3, 4)`
      const state = (status: string) =>
        JSON.stringify({ type: "equal", status, confidence: 0.5, needsReview: false, provenance: { method: "manual" } })
      yield* sql`INSERT INTO crosswalk_decision (step, source, target, before, after, at)
        VALUES (1, 'a:2', 'b:1', ${state("suggested")}, ${state("accepted")}, 5)`
      const { references, relations, review } = yield* Effect.all({
        references: ReferenceRepository,
        relations: RelationRepository,
        review: Review
      }).pipe(Effect.provide(repositories))
      const found = yield* Stream.runCollect(relations.findAll())
      assert.deepStrictEqual(
        found.map(({ confidence, needsReview, sources, status, targets, type }) => [
          ...[sources, targets, type, status, confidence, needsReview]
        ]),
        [
          [["a:2"], ["b:1"], "equal", "accepted", 0.5, true],
          [["a:1"], ["b:1"], "subset", "suggested", 1, false]
        ]
      )
      // What was read before its text changed is not known.
      const moved = yield* Pins.use((pins) => pins.moved()).pipe(Effect.provide(Pins.layer))
      assert.deepStrictEqual(
        moved.map(({ kind, read, relations, uri }) => [uri, kind, read, relations.length]),
        [
          ["a:2", "unknown", undefined, 1],
          ["b:1", "unknown", undefined, 1]
        ]
      )
      assert.deepInclude((yield* review.log())[0], { sources: ["a:2"], targets: ["b:1"] })
      assert.lengthOf((yield* review.undo()).decided, 1)
      assert.strictEqual(yield* relations.count({ status: ["suggested"] }), 2)
      yield* references.remove("b:1", { force: true })
      assert.strictEqual(yield* relations.count(), 0)
      assert.lengthOf(yield* sql`SELECT * FROM pragma_foreign_key_check`, 0)
    }).pipe(Effect.provide(database))
  )
})
