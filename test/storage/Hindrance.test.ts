import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { Doctor } from "../../src/catalog/Doctor.ts"
import { Review } from "../../src/crosswalk/Review.ts"
import { EmbeddingRepository } from "../../src/storage/EmbeddingRepository.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import { RelationRepository } from "../../src/storage/RelationRepository.ts"
import { TestStore } from "../../src/testing.ts"

const input = (name: string, title = `Number ${name}`) => ({ uri: `r:${name}`, title, entityType: "rule", tags: [] })
const relation = (source: string, target: string) => ({
  sources: [`r:${source}`] as const,
  targets: [`r:${target}`] as const,
  type: "equal" as const,
  status: "accepted" as const,
  confidence: 1,
  provenance: { method: "manual" }
})
const accept = (source: string, target: string) =>
  Review.use(({ decide }) =>
    decide([{ sources: [`r:${source}`], targets: [`r:${target}`], status: "accepted" }], { by: "Ann" })
  )

const tables = ["crosswalk_reference", "crosswalk_relation", "crosswalk_decision", "crosswalk_embedding"] as const

/** What each table holds, by what can be compared. */
const stored = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  return yield* Effect.forEach(tables, (table) =>
    sql.unsafe(`SELECT count(*) AS n, coalesce(sum(${table === "crosswalk_reference" ? "length(title)" : "1"}), 0) AS sum
      FROM ${table}`)
  )
})

const references = ReferenceRepository
const relations = RelationRepository
const vectors = EmbeddingRepository

type Services = ReferenceRepository | RelationRepository | EmbeddingRepository | Review

/** What a trigger before an event leaves out, and the call that would have to write it. */
const calls: ReadonlyArray<readonly [string, string, Effect.Effect<unknown, unknown, Services>]> = [
  ["crosswalk_reference", "INSERT", references.use(({ save }) => save(input("new")))],
  ["crosswalk_reference", "INSERT", references.use(({ saveMany }) => saveMany([input("new"), input("more")]))],
  ["crosswalk_reference", "UPDATE", references.use(({ save }) => save(input("a", "Another title")))],
  ["crosswalk_reference", "UPDATE", references.use(({ saveMany }) => saveMany([input("new"), input("a", "Other")]))],
  ["crosswalk_reference", "DELETE", references.use(({ remove }) => remove("r:c"))],
  ["crosswalk_embedding", "INSERT", vectors.use(({ updateAllEmbeddings }) => updateAllEmbeddings())],
  ["crosswalk_relation", "INSERT", relations.use(({ save }) => save(relation("b", "c")))],
  ["crosswalk_relation", "INSERT", relations.use(({ saveMany }) => saveMany([relation("b", "c")]))],
  ["crosswalk_relation", "INSERT", accept("b", "c")],
  ["crosswalk_relation", "UPDATE", accept("a", "c")],
  ["crosswalk_decision", "INSERT", accept("b", "c")],
  ["crosswalk_relation", "DELETE", Review.use(({ undo }) => undo())]
]

describe("a trigger of another program that leaves rows out", () => {
  for (const [i, [table, event, call]] of calls.entries()) {
    it.effect(`before ${event} on ${table} is named by what would have written (${i})`, () =>
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        yield* references.use(({ saveMany }) => saveMany([input("a"), input("b"), input("c")]))
        yield* relations.use(({ save }) => save({ ...relation("a", "c"), status: "suggested", confidence: 0.5 }))
        yield* accept("a", "b")
        const before = yield* stored
        yield* sql.unsafe(`CREATE TRIGGER stranger BEFORE ${event} ON ${table} BEGIN SELECT raise(ignore); END`)
        expect(yield* Effect.flip(call)).toMatchObject({
          _tag: "DatabaseError",
          reason: "constraint",
          isRetryable: false,
          message: expect.stringContaining(`${table}, which has triggers of others: "stranger"`)
        })
        expect(yield* stored).toEqual(before)
        const { checks } = yield* Doctor.use(({ check }) => check)
        expect(checks.find(({ name }) => name === "tables")?.detail).toContain("the trigger stranger")
        yield* sql`DROP TRIGGER stranger`
        yield* call
        expect(yield* stored).not.toEqual(before)
      }).pipe(Effect.provide(TestStore.layer))
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
    }).pipe(Effect.provide(TestStore.layer))
  )
})
