import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Option, Stream } from "effect"
import { Search } from "../../src/search/Search.ts"
import { EmbeddingRepository } from "../../src/storage/EmbeddingRepository.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import { RelationRepository } from "../../src/storage/RelationRepository.ts"
import { VectorIndex } from "../../src/storage/VectorIndex.ts"
import { TestStore } from "../../src/testing.ts"

const services = {
  references: ReferenceRepository,
  embeddings: EmbeddingRepository,
  relations: RelationRepository,
  index: VectorIndex
} as const

/** Calls a function of a service as untyped code does. */
const call = (service: keyof typeof services, name: string, given: ReadonlyArray<unknown>) =>
  Effect.gen(function* () {
    const context = yield* Effect.context<never>()
    const of: object = Context.getUnsafe(context, services[service] as Context.Key<unknown, object>)
    const result: unknown = Reflect.apply(Reflect.get(of, name), of, given)
    return yield* Stream.isStream(result)
      ? Stream.runDrain(result as Stream.Stream<unknown, unknown>)
      : (result as Effect.Effect<unknown, unknown>)
  })

const reference = { uri: "r:1", title: "Passwords", entityType: "requirement" }
const relation = { sources: ["r:1"] as const, targets: ["r:2"] }
const injected = [{ path: "level", operator: "IS NOT NULL OR 1=1 OR 1 =", value: 99 }]
const unit = Float32Array.from({ length: 384 }, (_, i) => (i === 0 ? 1 : 0))

const cases: ReadonlyArray<readonly [keyof typeof services, string, ReadonlyArray<unknown>, field: string]> = [
  ["references", "save", [{ ...reference, descripton: "Typed wrong" }], "descripton"],
  ["references", "save", [{ ...reference, createdAt: new Date() }], "createdAt"],
  ["references", "save", [{ ...reference, ["k".repeat(5000)]: 1 }], `${"k".repeat(79)}…`],
  ["references", "save", [42], "input"],
  ["references", "save", [], "input"],
  ["references", "saveMany", [null], "inputs"],
  ["references", "saveMany", [[reference, { ...reference, titel: "x" }]], "1.titel"],
  ["references", "find", [42], "uri"],
  ["references", "find", [""], "uri"],
  ["references", "findMany", [null], "uris"],
  ["references", "findMany", [["r:1", 2]], "uris.1"],
  ["references", "findAll", [{ catalogue: "a@1" }], "filter.catalogue"],
  ["references", "count", [{ catalogue: "a@1" }], "filter.catalogue"],
  ["references", "count", [{ metadata: injected }], "filter.metadata.0.operator"],
  ["references", "count", [{ catalog: "a\0" }], "filter.catalog"],
  ["references", "count", [{ tags: ["\ud800"] }], "filter.tags.0"],
  ["references", "count", [{ metadata: [{ path: "a", operator: "=", value: "\0" }] }], "filter.metadata.0.value"],
  ["references", "count", [{ tags: Array.from({ length: 2000 }, (_, i) => `tag ${i}`) }], "filter.tags"],
  [
    "references",
    "count",
    [{ metadata: Array.from({ length: 2000 }, () => ({ path: "level", operator: "=", value: 1 })) }],
    "filter.metadata"
  ],
  ["references", "search", ["a", { limt: 1 }], "limt"],
  ["references", "search", ["a", { limit: -1 }], "limit"],
  ["references", "search", ["a", { limit: 0, filter: { metadata: injected } }], "filter.metadata.0.operator"],
  ["references", "search", [42], "query"],
  ["references", "search", [" "], "query"],
  ["references", "search", ["a", null], "options"],
  ["references", "learnBoilerplate", ["a@1", { refesh: true }], "refesh"],
  ["references", "remove", ["r:1", { forse: true }], "forse"],
  ["references", "requireCatalog", [{}], "catalog"],
  ["references", "findImplementations", ["r:1", "up"], "direction"],
  ["references", "addImplementation", [{ sources: ["r:1"], targets: ["r:1"] }], "targets"],
  ["relations", "save", [{ ...relation, provenance: { method: "manual", note: "a\0" } }], "provenance.note"],
  ["relations", "save", [{ ...relation, provenance: { method: "a\0" } }], "provenance.method"],
  ["relations", "save", [{ ...relation, provenance: { method: "m", by: "\ud800" } }], "provenance.by"],
  ["relations", "save", [{ ...relation, provenance: { method: "m", model: "a\0" } }], "provenance.model"],
  ["relations", "save", [{ ...relation, provenance: { method: "m", calibration: "a\0" } }], "provenance.calibration"],
  ["relations", "save", [{ ...relation, provenance: { method: "m", scores: { "a\0": 1 } } }], "provenance.scores.a\0"],
  ["relations", "save", [{ ...relation, confidence: 2 }], "confidence"],
  ["relations", "saveMany", [[relation, { sources: ["r:1"], targets: ["r:1"] }]], "1.targets"],
  ["relations", "saveMany", [[], { keepDecidd: true }], "keepDecidd"],
  ["relations", "replaceSuggestions", [null], "scope"],
  ["relations", "replaceSuggestions", [{ from: "a@1" }, []], "scope.to"],
  ["relations", "replaceSuggestions", [{ to: "a@1" }, "all"], "inputs"],
  ["relations", "find", ["r:1", "up"], "direction"],
  ["relations", "findAll", [{ status: "accepted" }], "filter.status"],
  ["relations", "count", [{ form: "a@1" }], "filter.form"],
  ["relations", "remove", [{ ...relation, type: "implement" }], "relation.type"],
  ["embeddings", "saveWithEmbedding", [{ ...reference, tag: "a" }], "tag"],
  ["embeddings", "findWithEmbedding", [Symbol("r:1")], "uri"],
  ["embeddings", "findSimilarByEmbedding", [null], "vector"],
  ["embeddings", "findSimilarByEmbedding", [[1, 2]], "vector"],
  ["embeddings", "findSimilarByEmbedding", [unit.map(() => 0)], "vector"],
  ["embeddings", "findSimilarByEmbedding", [unit, { limit: 0, filter: { catalogue: "a" } }], "filter.catalogue"],
  ["embeddings", "findSimilarByText", [undefined], "text"],
  [
    "embeddings",
    "findSimilarByText",
    ["a", { limit: 0, filter: { metadata: injected } }],
    "filter.metadata.0.operator"
  ],
  ["embeddings", "findSimilarTo", ["r:1", { limit: 1.5 }], "limit"],
  ["embeddings", "updateAllEmbeddings", [{ retry: { tims: 1 } }], "retry.tims"],
  ["embeddings", "updateAllEmbeddings", [{ retry: { times: -1 } }], "retry.times"],
  ["embeddings", "updateAllEmbeddings", [{ retry: { base: "soon" } }], "retry.base"],
  ["embeddings", "updateAllEmbeddings", [{ filtre: {} }], "filtre"],
  ["embeddings", "updateAllEmbeddings", [{ filter: { metadata: injected } }], "filter.metadata.0.operator"],
  ["embeddings", "updateAllEmbeddings", [{ onProgress: "log" }], "onProgress"],
  ["index", "nearest", [[1, 0], { fingerprint: "f", limit: 1 }], "vector"],
  ["index", "nearest", [unit.map(() => 1), { fingerprint: "f", limit: 1 }], "vector"],
  [
    "index",
    "nearest",
    [unit, { fingerprint: "f", limit: 1, filter: { metadata: injected } }],
    "filter.metadata.0.operator"
  ]
]

describe("what a caller gives is decoded at the boundary", () => {
  for (const [service, name, given, field] of cases) {
    it.effect(`${service}.${name} refuses ${field}`, () =>
      Effect.gen(function* () {
        assert.include(yield* Effect.flip(call(service, name, given)), { _tag: "ValidationError", field })
        assert.strictEqual(yield* ReferenceRepository.use((references) => references.count()), 0)
      }).pipe(Effect.provide(TestStore.layer))
    )
  }

  it.effect("ignores arguments beyond those of a function, as array methods pass them", () =>
    Effect.gen(function* () {
      const references = yield* ReferenceRepository
      yield* Effect.forEach([reference, { ...reference, uri: "r:2" }], references.save)
      const found = yield* Effect.forEach(["r:1", "r:2", "r:3"], references.find)
      assert.deepStrictEqual(found.map(Option.isSome), [true, true, false])
    }).pipe(Effect.provide(TestStore.layer))
  )

  it.effect("asks for as many conditions as a filter may have, together", () =>
    Effect.gen(function* () {
      const tags = Array.from({ length: 100 }, (_, i) => `tag ${i}`)
      const metadata = tags.map(() => ({ path: "a.level", operator: "=", value: 1 }) as const)
      yield* ReferenceRepository.use(({ save }) => save({ ...reference, tags, metadata: { a: { level: 1 } } }))
      const options = {
        mode: "keyword",
        facets: true,
        filter: { tags, anyTags: tags, metadata, entityType: "requirement" }
      } as const
      const { facets, hits } = yield* Search.use(({ search }) => search("passwords", options))
      assert.lengthOf(hits, 1)
      assert.lengthOf(facets?.tags ?? [], 100)
    }).pipe(Effect.provide(TestStore.layer))
  )

  it.effect("takes back what was read as it is, whose times are not taken", () =>
    Effect.gen(function* () {
      const references = yield* ReferenceRepository
      const relations = yield* RelationRepository
      const embeddings = yield* EmbeddingRepository
      const saved = yield* references.save({ ...reference, tags: ["b", "a"], metadata: { level: 1 } })
      assert.deepStrictEqual(yield* references.save(saved), saved)
      assert.deepStrictEqual(yield* references.saveMany([saved]), { created: 0, updated: 0, unchanged: 1 })
      assert.deepStrictEqual((yield* embeddings.saveWithEmbedding(saved)).reference, saved)
      yield* references.save({ ...reference, uri: "r:2" })
      const related = yield* relations.save(relation)
      assert.deepStrictEqual(yield* relations.save(related), related)
    }).pipe(Effect.provide(TestStore.layer))
  )

  it.effect("runs what a callback returns, and takes one that returns nothing", () =>
    Effect.gen(function* () {
      const embeddings = yield* EmbeddingRepository
      yield* ReferenceRepository.use((references) => references.save(reference))
      let told = 0
      const plain: unknown = () => {
        told++
      }
      yield* embeddings.updateAllEmbeddings({ onProgress: () => Effect.sync(() => told++) })
      yield* embeddings.updateAllEmbeddings({ onProgress: plain as () => Effect.Effect<void> })
      assert.isAtLeast(told, 2)
    }).pipe(Effect.provide(TestStore.layer))
  )

  it.effect("requireCatalog tells a catalog with references from any other", () =>
    Effect.gen(function* () {
      const references = yield* ReferenceRepository
      yield* references.save({ ...reference, catalog: "a@1" })
      yield* references.requireCatalog("a@1")
      assert.include(yield* Effect.flip(references.requireCatalog("a@2")), { _tag: "NotFoundError", uri: "a@2" })
    }).pipe(Effect.provide(TestStore.layer))
  )
})
