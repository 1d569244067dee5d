import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import * as LibsqlClient from "../../src/libsql/LibsqlClient.ts"
import { Search } from "../../src/search/Search.ts"
import * as CosineSql from "../../src/storage/CosineSql.ts"
import * as Doctor from "../../src/storage/Doctor.ts"
import { repair } from "../../src/storage/doctor/Repair.ts"
import { EmbeddingRepository } from "../../src/storage/EmbeddingRepository.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import { VectorIndex } from "../../src/storage/VectorIndex.ts"
import * as Usearch from "../../src/vectors/Usearch.ts"
import { tenWords } from "../support/tenWords.ts"

const services = Layer.mergeAll(EmbeddingRepository.layer, Search.layer, ReferenceRepository.layer)

const indexes = {
  "compared in SQL": VectorIndex.layerSql,
  "in memory": Usearch.layer(),
  "as codes in memory": Usearch.layer({ exactUpTo: 2 })
}

const beginning = "Cats and dogs live in houses of stone and wood."
const middle = "Ships carry coal and grain over wide and stormy oceans."
const end = "Passwords are stored as slow hashes with a salt each."
const long = (uri: string, description = `${beginning} ${middle} ${end}`) => ({
  uri,
  title: "Rules",
  description,
  entityType: "rule"
})
const short = (uri: string, title: string) => ({ uri, title, entityType: "rule" })

const passagesOf = (uri: string) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const [row] = yield* sql<{ readonly n: number }>`SELECT count(*) AS n FROM crosswalk_passage
      WHERE reference_id = (SELECT id FROM crosswalk_reference WHERE uri = ${uri})`
    return row?.n ?? 0
  })

const statusOf = (side: string) => Effect.map(Doctor.run, (checks) => checks.find(({ name }) => name === side)?.status)

for (const [name, index] of Object.entries(indexes)) {
  const store = services.pipe(
    Layer.provideMerge(index),
    Layer.provideMerge(Layer.merge(tenWords("ten"), LibsqlClient.layer({ url: ":memory:" })))
  )
  const run = <A, E>(title: string, test: () => Effect.Effect<A, E, Layer.Success<typeof store>>) =>
    it.live(title, () => test().pipe(Effect.provide(store)))

  describe(`passages of long texts, ${name}`, () => {
    run("are found, with the best of their cosines and that of the text, once each", () =>
      Effect.gen(function* () {
        const { findSimilarByText, findSimilarTo, updateAllEmbeddings } = yield* EmbeddingRepository
        yield* (yield* ReferenceRepository).saveMany([
          long("r:1"),
          ...Array.from({ length: 8 }, (_, i) => short(`s:${i}`, `Passwords and ${"many other ".repeat(i % 3)}things`))
        ])
        yield* updateAllEmbeddings()
        const found = yield* findSimilarByText(end, { limit: 3 })
        assert.strictEqual(found[0]?.reference.uri, "r:1")
        assert.isAbove(found[0]?.score ?? 0, 0.3)
        assert.strictEqual(new Set(found.map(({ reference }) => reference.uri)).size, 3)
        const [hit] = (yield* (yield* Search).search(end, { limit: 1 })).hits
        assert.approximately(hit?.explanation.semantic?.score ?? 0, found[0]?.score ?? -1, 1e-6)
        const [first] = yield* findSimilarByText(`Rules ${beginning}`, { limit: 1 })
        assert.strictEqual(first?.reference.uri, "r:1")
        assert.strictEqual((yield* findSimilarByText(middle, { limit: 100 })).length, 9)
        assert.isFalse((yield* findSimilarTo("r:1")).some(({ reference }) => reference.uri === "r:1"))
        const only = yield* findSimilarByText(end, { limit: 1, filter: { entityType: "rule", tags: [] } })
        assert.strictEqual(only[0]?.reference.uri, "r:1")
      })
    )

    run("come and go with the text, whoever writes it", () =>
      Effect.gen(function* () {
        const { findSimilarByText, saveWithEmbedding, updateAllEmbeddings } = yield* EmbeddingRepository
        const references = yield* ReferenceRepository
        const best = Effect.map(findSimilarByText(end, { limit: 1 }), ([one]) => one?.score ?? 0)
        yield* saveWithEmbedding(long("r:1"))
        const several = yield* passagesOf("r:1")
        assert.isAbove(several, 3)
        assert.isAbove(yield* best, 0.3)
        yield* saveWithEmbedding(long("r:1", `${beginning} ${middle}`))
        assert.isBelow(yield* passagesOf("r:1"), several)
        assert.isBelow(yield* best, 0.3)
        yield* references.save(long("r:1", "Short."))
        assert.strictEqual(yield* passagesOf("r:1"), 0)
        yield* updateAllEmbeddings()
        assert.strictEqual(yield* passagesOf("r:1"), 0)
        yield* references.save(long("r:1"))
        yield* updateAllEmbeddings({ force: true })
        yield* updateAllEmbeddings({ force: true })
        assert.strictEqual(yield* passagesOf("r:1"), several)
        assert.isAbove(yield* best, 0.3)
        yield* references.remove("r:1")
        assert.deepStrictEqual(yield* findSimilarByText(end), [])
        assert.strictEqual(yield* statusOf("vectors"), "ok")
      })
    )
  })
}

describe("passages of long texts", () => {
  it.effect("are found by their reference, not among all of the model", () =>
    Effect.gen(function* () {
      const sql = (yield* SqlClient.SqlClient).withoutTransforms()
      const plan = yield* sql<{ readonly detail: string }>`EXPLAIN QUERY PLAN
        SELECT ${CosineSql.bestCosine(sql, Float32Array.of(1, 0))} FROM crosswalk_embedding AS e`
      assert.isTrue(plan.some(({ detail }) => detail.includes("crosswalk_passage_reference (reference_id=?)")))
    }).pipe(Effect.provide(ReferenceRepository.layer.pipe(Layer.provideMerge(LibsqlClient.layer({ url: ":memory:" })))))
  )

  const store = (fingerprint: string) =>
    Layer.fresh(services.pipe(Layer.provideMerge(VectorIndex.layerSql), Layer.provide(tenWords(fingerprint))))
  const database = LibsqlClient.layer({ url: ":memory:" })

  it.live("that an earlier version did not make are made by the next update, and nothing else is", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const { updateAllEmbeddings } = yield* EmbeddingRepository
      yield* (yield* ReferenceRepository).saveMany([long("r:1"), short("s:1", "Keys")])
      yield* updateAllEmbeddings()
      const before = yield* passagesOf("r:1")
      assert.strictEqual(yield* statusOf("embeddings"), "ok")
      assert.strictEqual(yield* statusOf("text lengths"), "ok")
      yield* sql`DELETE FROM crosswalk_passage`
      assert.strictEqual(yield* statusOf("embeddings"), "warning")
      assert.deepInclude(yield* updateAllEmbeddings(), { updated: 1, skipped: 1 })
      assert.strictEqual(yield* passagesOf("r:1"), before)
      assert.deepInclude(yield* updateAllEmbeddings(), { updated: 0, skipped: 2 })
    }).pipe(Effect.provide(Layer.provideMerge(store("ten"), database)))
  )

  it.live("are replaced with the vector of their text by another model", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      yield* EmbeddingRepository.use(({ saveWithEmbedding }) => saveWithEmbedding(long("r:1"))).pipe(
        Effect.provide(store("one"))
      )
      const of = sql<{ readonly n: number }>`SELECT count(DISTINCT model_id) AS n FROM crosswalk_passage`
      const before = yield* passagesOf("r:1")
      yield* EmbeddingRepository.use(({ updateAllEmbeddings }) => updateAllEmbeddings()).pipe(
        Effect.provide(store("two"))
      )
      assert.strictEqual(yield* passagesOf("r:1"), before)
      assert.strictEqual((yield* of)[0]?.n, 1)
      assert.strictEqual(yield* statusOf("vectors"), "ok")
    }).pipe(Effect.provide(database))
  )

  it.live("that are damaged are found by the doctor, and made again after a repair", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const { saveWithEmbedding, updateAllEmbeddings } = yield* EmbeddingRepository
      yield* saveWithEmbedding(long("r:1"))
      const damages = ["vector = x'00'", "vector = zeroblob(1536)", "key = key + 1"]
      for (const damage of damages) {
        yield* sql.unsafe(`UPDATE crosswalk_passage SET ${damage} WHERE key = (SELECT max(key) FROM crosswalk_passage)`)
        assert.strictEqual(yield* statusOf("vectors"), "failed", damage)
        yield* repair
        assert.strictEqual(yield* statusOf("vectors"), "ok", damage)
        assert.deepInclude(yield* updateAllEmbeddings(), { updated: 1 }, damage)
      }
    }).pipe(Effect.provide(Layer.provideMerge(store("ten"), database)))
  )
})
