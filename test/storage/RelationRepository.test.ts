import { assert, layer } from "@effect/vitest"
import { Effect, Layer, Stream } from "effect"
import { SqlClient } from "effect/sql"
import * as LibsqlClient from "../../src/libsql/LibsqlClient.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import type { RelationFilter } from "../../src/domain/RelationFilter.ts"
import type { RelationInput } from "../../src/domain/RelationInput.ts"
import { RelationRepository } from "../../src/storage/RelationRepository.ts"

const repositories = Layer.merge(ReferenceRepository.layer, RelationRepository.layer).pipe(
  Layer.provideMerge(LibsqlClient.layer({ url: ":memory:" }))
)

const uris = (catalog: string, size: number) => Array.from({ length: size }, (_, i) => `${catalog}:${i}`)

/** An empty database with three catalogs `a`, `b` and `c`. */
const prepare = Effect.fnUntraced(function* (size: number) {
  const sql = yield* SqlClient.SqlClient
  yield* sql`DELETE FROM crosswalk_relation`
  yield* sql`DELETE FROM crosswalk_reference`
  const references = yield* ReferenceRepository
  yield* references.saveMany(
    ["a", "b", "c"].flatMap((catalog) =>
      uris(catalog, size).map((uri) => ({ uri, title: uri, entityType: "requirement", catalog }))
    )
  )
  return yield* RelationRepository
})

const pair = (source: string, target: string) => ({ sources: [source] as const, targets: [target] })

const suggestion = (source: string, target: string, confidence = 0.5): RelationInput => ({
  sources: [source],
  targets: [target],
  confidence,
  status: "suggested",
  provenance: { method: "suggest:test" }
})

const pairs = (relations: RelationRepository["Service"], filter?: RelationFilter) =>
  Effect.map(Stream.runCollect(relations.findAll(filter)), (found) =>
    found.map(({ sources, status, targets }) => `${sources.join()} ${targets.join()} ${status}`)
  )

layer(repositories)("RelationRepository", (it) => {
  it.effect("saves more relations than a statement writes, streams them in order and counts them", () =>
    Effect.gen(function* () {
      const relations = yield* prepare(40)
      const inputs = uris("a", 40).flatMap((source) => uris("b", 40).map((target) => pair(source, target)))
      assert.deepStrictEqual(yield* relations.saveMany(inputs), { created: 1600, updated: 0, unchanged: 0, kept: 0 })
      const again = inputs.map((input, i) => (i < 3 ? { ...input, confidence: 0.25 } : input))
      assert.deepStrictEqual(yield* relations.saveMany(again), { created: 0, updated: 3, unchanged: 1597, kept: 0 })
      assert.strictEqual(yield* relations.count({ from: "a", to: "b" }), 1600)
      assert.strictEqual(yield* relations.count({ maxConfidence: 0.3 }), 3)
      assert.deepStrictEqual(
        yield* pairs(relations),
        inputs.map(({ sources, targets }) => `${sources[0]} ${targets[0]} accepted`)
      )
    })
  )

  it.effect("saves all or none, and names the end that is missing", () =>
    Effect.gen(function* () {
      const relations = yield* prepare(600)
      const inputs = uris("a", 600).map((source, i) => pair(source, i === 599 ? "b:nowhere" : `b:${i}`))
      const error = yield* Effect.flip(relations.saveMany(inputs))
      assert.strictEqual(error.message, "There is no reference b:nowhere")
      assert.strictEqual(yield* relations.count(), 0)
      const invalid = yield* Effect.flip(relations.saveMany([{ sources: ["a:0"], targets: ["b:0"], confidence: 2 }]))
      assert.strictEqual(invalid._tag, "ValidationError")
      assert.deepStrictEqual(yield* relations.saveMany([]), { created: 0, updated: 0, unchanged: 0, kept: 0 })
    })
  )

  it.effect("filters by either end, status, type, confidence and method", () =>
    Effect.gen(function* () {
      const relations = yield* prepare(2)
      yield* relations.saveMany([
        { sources: ["a:0"], targets: ["b:0"], type: "equal" },
        { sources: ["a:0"], targets: ["c:0"], status: "rejected" },
        suggestion("a:1", "b:0", 0.75),
        suggestion("b:1", "a:1", 0.5)
      ])
      assert.deepStrictEqual(yield* pairs(relations, { to: "b" }), ["a:0 b:0 accepted", "a:1 b:0 suggested"])
      assert.deepStrictEqual(yield* pairs(relations, { source: "a:0", target: "c:0" }), ["a:0 c:0 rejected"])
      assert.deepStrictEqual(yield* pairs(relations, { type: ["equal"] }), ["a:0 b:0 accepted"])
      assert.deepStrictEqual(yield* pairs(relations, { status: ["rejected", "accepted"], from: "a" }), [
        "a:0 b:0 accepted",
        "a:0 c:0 rejected"
      ])
      assert.deepStrictEqual(yield* pairs(relations, { method: "suggest:", minConfidence: 0.6 }), ["a:1 b:0 suggested"])
      assert.deepStrictEqual(yield* pairs(relations, { status: [] }), [])
      assert.strictEqual(yield* relations.count({ needsReview: true }), 0)
    })
  )

  it.effect("replaces suggestions of the scope only, and never touches what was decided or imported", () =>
    Effect.gen(function* () {
      const relations = yield* prepare(4)
      yield* relations.saveMany([
        suggestion("a:0", "b:0"),
        suggestion("a:1", "b:1"),
        suggestion("a:0", "c:0"),
        suggestion("b:0", "a:0"),
        { sources: ["a:2"], targets: ["b:2"], status: "rejected" },
        { sources: ["a:3"], targets: ["b:3"], type: "equal" },
        { ...suggestion("a:1", "b:3"), provenance: { method: "import:pairs" } }
      ])
      const totals = yield* relations.replaceSuggestions({ from: "a", to: "b" }, [
        suggestion("a:0", "b:1"),
        suggestion("a:2", "b:2", 0.9),
        suggestion("a:3", "b:3", 0.9),
        // What came as a draft has its reasons with it.
        suggestion("a:1", "b:3", 0.9)
      ])
      assert.deepStrictEqual(totals, { removed: 2, saved: 1, kept: 3 })
      assert.strictEqual((yield* relations.find("a:1", "outgoing"))[0]?.provenance.method, "import:pairs")
      assert.deepStrictEqual((yield* pairs(relations)).toSorted(), [
        "a:0 b:1 suggested",
        "a:0 c:0 suggested",
        "a:1 b:3 suggested",
        "a:2 b:2 rejected",
        "a:3 b:3 accepted",
        "b:0 a:0 suggested"
      ])
      yield* relations.replaceSuggestions({ source: "a:1", to: "b" }, [suggestion("a:1", "b:0")])
      assert.deepStrictEqual(yield* pairs(relations, { from: "a", to: "b", method: "suggest:" }), [
        "a:0 b:1 suggested",
        "a:1 b:0 suggested"
      ])
    })
  )

  it.effect("keeps earlier suggestions where the new ones cannot be stored", () =>
    Effect.gen(function* () {
      const relations = yield* prepare(2)
      yield* relations.saveMany([suggestion("a:0", "b:0")])
      yield* Effect.flip(relations.replaceSuggestions({ from: "a", to: "b" }, [suggestion("a:0", "b:nowhere")]))
      const wrong = yield* Effect.flip(
        relations.replaceSuggestions({ from: "a", to: "b" }, [{ sources: ["a:0"], targets: ["b:1"] }])
      )
      assert.strictEqual(wrong._tag, "ValidationError")
      assert.deepStrictEqual(yield* pairs(relations), ["a:0 b:0 suggested"])
    })
  )
})
