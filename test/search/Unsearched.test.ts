import { join } from "node:path"
import { assert, it } from "@effect/vitest"
import { Effect, Layer, Metric, Tracer } from "effect"
import { SqlClient } from "effect/sql"
import * as Metrics from "../../src/domain/Metrics.ts"
import * as Deterministic from "../../src/embedder/Deterministic.ts"
import * as LibsqlClient from "../../src/libsql/LibsqlClient.ts"
import { Search } from "../../src/search/Search.ts"
import { EmbeddingRepository } from "../../src/storage/EmbeddingRepository.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import { VectorIndex } from "../../src/storage/VectorIndex.ts"
import { Store } from "../../src/index.ts"
import { temporaryFolder } from "../support/temporaryFolder.ts"

const input = (uri: string, catalog: string) => ({ uri, title: `Passwords of ${uri}`, entityType: "rule", catalog })

const services = Layer.mergeAll(Search.layer, EmbeddingRepository.layer, ReferenceRepository.layer)

/** The services with another model, on the database in use. */
const withModel = (dimensions: number) =>
  Layer.fresh(Layer.provideMerge(services, Layer.merge(VectorIndex.layerSql, Deterministic.layer({ dimensions }))))

const unsearched = (filter?: { readonly catalog: string }) =>
  Effect.map(
    Search.use(({ search }) => search("passwords", { filter })),
    (found) => found.unsearched
  )

it.effect("a search by meaning says how many references it could not look at", () =>
  Effect.gen(function* () {
    const references = yield* ReferenceRepository
    const embeddings = yield* EmbeddingRepository
    const { search } = yield* Search
    assert.strictEqual(yield* unsearched(), 0)
    yield* references.saveMany([input("a:1", "a@1"), input("a:2", "a@1"), input("b:1", "b@1")])
    assert.strictEqual(yield* unsearched(), 3)
    yield* embeddings.updateAllEmbeddings({ filter: { catalog: "a@1" } })
    assert.strictEqual(yield* unsearched(), 1)
    assert.strictEqual(yield* unsearched({ catalog: "a@1" }), 0)
    assert.strictEqual(yield* unsearched({ catalog: "b@1" }), 1)
    assert.strictEqual((yield* search("passwords", { mode: "semantic" })).unsearched, 1)
    assert.strictEqual((yield* search("passwords", { mode: "keyword" })).unsearched, 0)
    // Each of these changes the number without writing a vector, but the first.
    yield* references.save({ ...input("a:1", "a@1"), title: "Keys" })
    assert.strictEqual(yield* unsearched(), 2)
    yield* references.remove("b:1")
    assert.strictEqual(yield* unsearched(), 1)
    yield* references.save(input("c:1", "c@1"))
    assert.strictEqual(yield* unsearched(), 2)
  }).pipe(Effect.provide(Store.layerLibsql({ embedder: { type: "deterministic" } })))
)

it.effect("what has no vector yet is found by its words in a hybrid search, as surely as it is relevant", () =>
  Effect.gen(function* () {
    const references = yield* ReferenceRepository
    const { search } = yield* Search
    yield* references.saveMany(
      Array.from({ length: 200 }, (_, i) => ({
        ...input(`a:${i}`, "a@1"),
        title: `Backups of system ${i} are kept in another building`
      }))
    )
    yield* (yield* EmbeddingRepository).updateAllEmbeddings()
    yield* references.save({ ...input("b:1", "a@1"), title: "Restored backups are compared with their originals" })
    for (const fusion of ["convex", "rrf"] as const) {
      const { hits } = yield* search("Restored backups are compared with their originals", { fusion })
      assert.strictEqual(hits[0]?.reference.uri, "b:1", fusion)
      assert.isUndefined(hits[0]?.explanation.semantic)
      assert.closeTo(hits[0]?.score ?? 0, hits[0]?.explanation.keyword?.contribution ?? 0, 1e-12)
      assert.isAbove(hits[0]?.relevance ?? 0, hits[1]?.relevance ?? 1)
    }
  }).pipe(Effect.provide(Store.layerLibsql({ embedder: { type: "deterministic" } })))
)

it.effect("a result says what its meaning was compared with, whatever other searches do meanwhile", () =>
  Effect.gen(function* () {
    const { search } = yield* Search
    yield* (yield* ReferenceRepository).saveMany(
      Array.from({ length: 30 }, (_, i) => input(`a:${i}`, i < 3 ? "a@1" : "b@1"))
    )
    yield* (yield* EmbeddingRepository).updateAllEmbeddings()
    const results = yield* Effect.forEach(
      [{ mode: "keyword" }, { mode: "semantic" }, {}, { filter: { catalog: "a@1" } }] as const,
      (options) => search("passwords", options),
      { concurrency: "unbounded" }
    )
    assert.deepStrictEqual(
      results.map(({ comparedBy }) => comparedBy),
      [undefined, "flat", "flat", "sql"]
    )
  }).pipe(Effect.provide(Store.layerLibsql({ embedder: { type: "deterministic" }, vectors: "memory" })))
)

it.effect("vectors of another model in the same database count as not looked at, for either model", () =>
  Effect.gen(function* () {
    yield* Effect.gen(function* () {
      yield* (yield* ReferenceRepository).saveMany(Array.from({ length: 10 }, (_, i) => input(`a:${i}`, "a@1")))
      yield* (yield* EmbeddingRepository).updateAllEmbeddings()
    }).pipe(Effect.provide(withModel(64)))
    yield* Effect.gen(function* () {
      yield* (yield* EmbeddingRepository).saveWithEmbedding(input("b:1", "b@1"))
      assert.strictEqual(yield* unsearched(), 10)
      assert.deepStrictEqual(yield* (yield* EmbeddingRepository).status, { fresh: 1, missing: 0, otherModel: 10 })
    }).pipe(Effect.provide(withModel(32)))
    assert.strictEqual(yield* Effect.provide(unsearched(), withModel(64)), 1)
  }).pipe(Effect.provide(LibsqlClient.layer({ url: ":memory:" })))
)

it.effect(
  "what was counted before is never said of tables that changed: by a transaction, that is taken back, or by others",
  () =>
    Effect.gen(function* () {
      const references = yield* ReferenceRepository
      const sql = yield* SqlClient.SqlClient
      const { url } = yield* LibsqlClient.LibsqlClient
      yield* references.saveMany([input("a:1", "a@1"), input("a:2", "a@1")])
      assert.strictEqual(yield* unsearched(), 2)
      yield* Effect.flip(
        sql.withTransaction(
          Effect.gen(function* () {
            yield* references.remove("a:1")
            assert.strictEqual(yield* unsearched(), 1)
            return yield* Effect.fail("taken back")
          })
        )
      )
      assert.strictEqual(yield* unsearched(), 2)
      yield* (yield* EmbeddingRepository).updateAllEmbeddings()
      assert.strictEqual(yield* unsearched(), 0)
      const other = Layer.fresh(Store.layerLibsql({ url, embedder: { type: "deterministic" } }))
      yield* Effect.provide(
        ReferenceRepository.use(({ save }) => save(input("b:1", "b@1"))),
        other
      )
      assert.strictEqual(yield* unsearched(), 1)
      yield* Effect.provide(
        EmbeddingRepository.use(({ updateAllEmbeddings }) => updateAllEmbeddings()),
        other
      )
      assert.strictEqual(yield* unsearched(), 0)
    }).pipe(
      Effect.provide(
        Layer.unwrap(
          Effect.map(temporaryFolder, (folder) =>
            Store.layerLibsql({ url: join(folder, "a.db"), embedder: { type: "deterministic" } })
          )
        )
      )
    )
)

it.effect("what is wrong with a call is a ValidationError that names the field", () =>
  Effect.gen(function* () {
    const { search }: { readonly search: (...given: ReadonlyArray<never>) => Effect.Effect<unknown, unknown> } =
      yield* Search
    const call = (...given: ReadonlyArray<unknown>) => search(...(given as ReadonlyArray<never>))
    for (const [field, given] of [
      ["query", [42]],
      ["query", []],
      ["query", ["  "]],
      ["options", ["a", null]],
      ["limt", ["a", { limt: 1 }]],
      ["filter.catalogue", ["a", { filter: { catalogue: "a@1" } }]],
      ["limit", ["a", { limit: -1 }]]
    ] as const) {
      assert.deepInclude(yield* Effect.flip(call(...given)), { _tag: "ValidationError", field })
    }
  }).pipe(Effect.provide(Store.layerLibsql({ embedder: { type: "deterministic" } })))
)

it.effect("spans carry the mode, the model and the counts, and no text; metrics tell of every leg", () =>
  Effect.gen(function* () {
    const spans: Array<Tracer.Span> = []
    const tracer = Tracer.make({
      span: (options) => {
        const span = new Tracer.NativeSpan(options)
        spans.push(span)
        return span
      }
    })
    yield* Effect.gen(function* () {
      const embeddings = yield* EmbeddingRepository
      yield* embeddings.saveWithEmbedding({ ...input("a:1", "a@1"), description: "sesame opens the door" })
      yield* Search.use(({ search }) => search("sesame", { limit: 3, filter: { catalog: "a@1" } }))
      yield* embeddings.findSimilarByText("sesame", { limit: 2 })
    }).pipe(Effect.withTracer(tracer))
    const attributes = (name: string) =>
      Object.fromEntries(spans.find((span) => span.name === name)?.attributes ?? new Map())
    assert.deepInclude(attributes("Search.search"), {
      mode: "hybrid",
      limit: 3,
      catalog: "a@1",
      model: "deterministic",
      hits: 1,
      unsearched: 0
    })
    assert.deepInclude(attributes("EmbeddingRepository.findSimilarByText"), { limit: 2, hits: 1 })
    const told = spans.flatMap(({ attributes }) => [...attributes.values()])
    assert.notMatch(JSON.stringify(told), /sesame|Passwords of/u)
    for (const leg of ["keyword", "semantic", "all"]) {
      const { count } = yield* Metric.value(Metric.withAttributes(Metrics.searchDuration, { leg }))
      assert.isAbove(count, 0, leg)
    }
    assert.strictEqual((yield* Metric.value(Metrics.searchHits)).count, 1)
    assert.strictEqual((yield* Metric.value(Metrics.unsearched)).value, 0)
  }).pipe(
    Effect.provide(Store.layerLibsql({ embedder: { type: "deterministic" } })),
    Effect.provideService(Metric.MetricRegistry, new Map())
  )
)
