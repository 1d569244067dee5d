import { describe, expect, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { SqlClient, SqlError } from "effect/sql"
import { Doctor } from "../../src/catalog/Doctor.ts"
import { Review } from "../../src/crosswalk/Review.ts"
import { Embedder } from "../../src/embedder/Embedder.ts"
import { toDatabaseError } from "../../src/libsql/DatabaseErrors.ts"
import * as LibsqlClient from "../../src/libsql/LibsqlClient.ts"
import * as Store from "../../src/Store.ts"
import * as CatalogTexts from "../../src/storage/CatalogTexts.ts"
import { EmbeddingRepository } from "../../src/storage/EmbeddingRepository.ts"
import * as MapRows from "../../src/storage/MapRows.ts"
import * as Proposals from "../../src/storage/Proposals.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import { RelationRepository } from "../../src/storage/RelationRepository.ts"
import { VectorIndex } from "../../src/storage/VectorIndex.ts"
import { tenWords } from "../support/tenWords.ts"

const input = (name: string, title = `Number ${name}`) => ({ uri: `r:${name}`, title, entityType: "rule", tags: [] })
const relation = (source: string, target: string) => ({
  sources: [`r:${source}`] as const,
  targets: [`r:${target}`] as const,
  type: "equal" as const,
  status: "accepted" as const,
  confidence: 1,
  provenance: { method: "manual" }
})
const decide = (status: "accepted" | "rejected") => (source: string, target: string) =>
  Review.use((review) => review.decide([{ sources: [`r:${source}`], targets: [`r:${target}`], status }], { by: "Ann" }))
const accept = decide("accepted")
const reject = decide("rejected")

/** What every table holds but for what is numbered anew and when. */
const stored = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const tables = yield* sql<{ name: string }>`SELECT name FROM sqlite_master WHERE type = 'table'
    AND name GLOB 'crosswalk_*' AND name NOT GLOB 'crosswalk_*_*' AND name <> 'crosswalk_commit' ORDER BY name`
  const rows = yield* Effect.forEach(tables, ({ name }) => sql.unsafe(`SELECT * FROM ${name}`))
  return JSON.stringify(rows)
})

const references = ReferenceRepository
const relations = RelationRepository
const vectors = EmbeddingRepository

const store = Store.layer.pipe(
  Layer.provideMerge(VectorIndex.layerSql),
  Layer.provideMerge(Layer.merge(tenWords("ten"), LibsqlClient.layer({ url: ":memory:" })))
)
type Services = Layer.Success<typeof store>
type Call = Effect.Effect<unknown, unknown, Services>

const save = (name: string, more: object = {}) => references.use((all) => all.save({ ...input(name), ...more }))
const embed = (force: boolean) => vectors.use(({ updateAllEmbeddings }) => updateAllEmbeddings({ force }))
const suggestion = { ...relation("a", "c"), status: "suggested" as const, confidence: 0.5 }
const suggestions = { ...suggestion, provenance: { method: "suggest:hybrid" } }
const undo = Review.use((review) => review.undo())
const removeB = references.use(({ remove }) => remove("r:b", { force: true }))
const unrelate = (source: string, target: string, type: "equal" | "implements" = "equal") =>
  relations.use(({ remove }) => remove({ sources: [`r:${source}`], targets: [`r:${target}`], type }))
const learn = references.use((all) => all.learnBoilerplate("x@1", { refresh: true }))
const told = Effect.mapError((error: unknown) => (SqlError.isSqlError(error) ? toDatabaseError("test")(error) : error))
const rehash = Effect.flatMap(SqlClient.SqlClient, (sql) =>
  CatalogTexts.storeTextHashes(sql, [{ id: 1, textHash: "h" }])
)
const retell = Effect.flatMap(Proposals.make, ({ setConfidences }) =>
  Effect.flatMap(SqlClient.SqlClient, (sql) =>
    sql.withTransaction(setConfidences([{ id: 1, confidence: 0.25, decisions: 30 }]))
  )
)
/** Places `x` for the three references. */
const place = (x: number) =>
  Effect.gen(function* () {
    const { position, replace } = yield* MapRows.make((yield* Embedder).model)
    yield* replace([1, 2, 3], new Float32Array(6).fill(x), yield* position)
  })

/** What a trigger before an event leaves out, the call that would have to write it, and what was called before. */
const calls: ReadonlyArray<readonly [event: string, table: string, call: Call, ...before: ReadonlyArray<Call>]> = [
  ["INSERT", "reference", save("new")],
  ["INSERT", "reference", references.use(({ saveMany }) => saveMany([input("new"), input("more")]))],
  ["UPDATE", "reference", save("a", { title: "Another title" })],
  ["UPDATE", "reference", references.use(({ saveMany }) => saveMany([input("new"), input("a", "Other")]))],
  ["UPDATE", "reference", rehash],
  ["DELETE", "reference", references.use(({ remove }) => remove("r:c"))],
  ["INSERT", "catalog", save("new", { catalog: "x@1" })],
  ["UPDATE", "catalog", learn, save("new", { catalog: "x@1" })],
  ["INSERT", "embedding_model", embed(false)],
  ["INSERT", "embedding", embed(false)],
  ["UPDATE", "embedding", embed(true), embed(false), save("a", { description: "Later" }), Effect.sleep(2)],
  ["INSERT", "passage", embed(false), save("a", { description: "word ".repeat(25) })],
  ["INSERT", "map", place(1), embed(false)],
  ["DELETE", "map", place(2), embed(false), place(1)],
  ["INSERT", "relation", relations.use((all) => all.save(relation("b", "c")))],
  ["INSERT", "relation", relations.use(({ saveMany }) => saveMany([relation("b", "c")]))],
  ["INSERT", "relation", accept("b", "c")],
  ["UPDATE", "relation", relations.use((all) => all.save({ ...suggestion, confidence: 0.75 }))],
  ["UPDATE", "relation", relations.use(({ saveMany }) => saveMany([relation("b", "c"), relation("a", "c")]))],
  ["UPDATE", "relation", accept("a", "c")],
  ["UPDATE", "relation", retell],
  ["DELETE", "relation", undo],
  ["DELETE", "relation", unrelate("a", "c")],
  [
    "DELETE",
    "relation",
    relations.use((all) => all.replaceSuggestions({ to: "x@1" }, [])),
    save("c", { catalog: "x@1" }),
    relations.use((all) => all.save(suggestions))
  ],
  ["INSERT", "relation_end", relations.use((all) => all.save(relation("b", "c")))],
  ["INSERT", "relation_end", accept("b", "c")],
  ["DELETE", "relation_end", unrelate("a", "c")],
  ["DELETE", "relation_end", references.use(({ remove }) => remove("r:c"))],
  ["INSERT", "reading", accept("b", "c")],
  ["INSERT", "reading", relations.use((all) => all.save(relation("b", "c")))],
  ["INSERT", "pin", accept("b", "c")],
  ["INSERT", "pin", relations.use((all) => all.save(relation("b", "c")))],
  ["INSERT", "pin", undo, reject("a", "b")],
  ["DELETE", "pin", accept("a", "b"), save("b", { title: "Other" })],
  ["INSERT", "decision", accept("b", "c")],
  ["INSERT", "orphan", removeB],
  ["DELETE", "orphan", unrelate("a", "b", "implements"), removeB]
]

describe("a trigger of another program that leaves rows out", () => {
  for (const [i, [event, of, call, ...before]] of calls.entries()) {
    const table = `crosswalk_${of}`
    it.live(`before ${event} on ${table} is named by what would have written (${i})`, () =>
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        yield* references.use(({ saveMany }) => saveMany([input("a"), input("b"), input("c")]))
        yield* relations.use((all) => all.save(suggestion))
        yield* accept("a", "b")
        for (const earlier of before) yield* earlier
        const kept = yield* stored
        yield* sql.unsafe(`CREATE TRIGGER stranger BEFORE ${event} ON ${table} BEGIN SELECT raise(ignore); END`)
        expect(yield* Effect.flip(told(call))).toMatchObject({
          _tag: "DatabaseError",
          reason: "constraint",
          isRetryable: false,
          message: expect.stringContaining(`there are triggers of others: "stranger" on ${table}`)
        })
        expect(yield* stored).toEqual(kept)
        const { checks } = yield* Doctor.use(({ check }) => check)
        expect(checks.find(({ name }) => name === "tables")?.detail).toContain("the trigger stranger")
        yield* sql`DROP TRIGGER stranger`
        yield* call
        expect(yield* stored).not.toEqual(kept)
      }).pipe(Effect.provide(store))
    )
  }

  it.effect("is no matter where it leaves out what is not written", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      yield* sql`CREATE TRIGGER stranger BEFORE INSERT ON crosswalk_reference WHEN new.title = 'Theirs' BEGIN
        SELECT raise(ignore); END`
      const save = references.use(({ saveMany }) => saveMany([input("a"), input("b")]))
      expect(yield* save).toMatchObject({ created: 2, updated: 0, unchanged: 0 })
      expect(yield* save).toMatchObject({ created: 0, updated: 0, unchanged: 2 })
    }).pipe(Effect.provide(store))
  )
})
