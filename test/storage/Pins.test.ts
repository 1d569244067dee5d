import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { SqlClient } from "effect/sql"
import { Review } from "../../src/crosswalk/Review.ts"
import type { RelationInput } from "../../src/domain/RelationInput.ts"
import * as Doctor from "../../src/storage/Doctor.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import { RelationRepository } from "../../src/storage/RelationRepository.ts"
import { TestStore } from "../../src/testing.ts"

const reference = (uri: string, title = uri) => ({
  uri,
  title,
  description: `${title}.`,
  entityType: "rule",
  catalog: uri.startsWith("a") ? "a" : "b"
})

const filled = Effect.gen(function* () {
  const references = yield* ReferenceRepository
  const relations = yield* RelationRepository
  yield* references.saveMany(["a:1", "a:2", "b:1", "b:2"].map((uri) => reference(uri)))
  return { references, relations, review: yield* Review }
})

const pair = (source: string, target: string, more: Partial<RelationInput> = {}): RelationInput => ({
  sources: [source],
  targets: [target],
  ...more
})

/** Each relation in a line: what it relates, what was decided, and whether it is to be looked at again. */
const stored = Effect.gen(function* () {
  const found = yield* RelationRepository.use(({ findAll }) => Stream.runCollect(findAll()))
  return found.map(({ needsReview, sources, status, targets, to, type }) =>
    [...sources, type, ...(to === undefined ? targets : ["@", to]), status, ...(needsReview ? ["?"] : [])].join(" ")
  )
})

/** How many pins there are, and what is wrong with them. */
const pins = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const [row] = yield* sql<{ readonly n: number }>`SELECT count(*) AS n FROM crosswalk_pin`
  const checks = yield* Doctor.run
  assert.deepStrictEqual(
    checks.flatMap(({ detail, name, status }) => (status === "failed" ? [`${name}: ${detail}`] : [])),
    []
  )
  return row?.n
})

const test = (name: string, body: () => Effect.Effect<void, unknown, Layer>) =>
  it.effect(name, () => body().pipe(Effect.provide(TestStore.layer)))
type Layer = import("effect").Layer.Success<typeof TestStore.layer>

describe("a decision is pinned to what was read", () => {
  test("follows the texts: another one asks for review, the one that was read does not", () =>
    Effect.gen(function* () {
      const { references, relations } = yield* filled
      yield* relations.save(pair("a:1", "b:1"))
      yield* relations.save(pair("a:2", "b:2", { status: "suggested" }))
      assert.strictEqual(yield* pins, 2)
      yield* references.save({ ...reference("b:1"), tags: ["other"] })
      assert.deepStrictEqual(yield* stored, ["a:1 implements b:1 accepted", "a:2 implements b:2 suggested"])
      yield* references.save(reference("b:1", "another"))
      yield* references.save(reference("b:2", "another"))
      assert.deepStrictEqual(yield* stored, ["a:1 implements b:1 accepted ?", "a:2 implements b:2 suggested"])
      assert.strictEqual(yield* relations.count({ needsReview: true }), 1)
      yield* references.save(reference("b:1"))
      assert.deepStrictEqual(yield* stored, ["a:1 implements b:1 accepted", "a:2 implements b:2 suggested"])
      assert.strictEqual(yield* relations.count({ needsReview: false }), 2)
    }))

  test("is pinned anew where it is confirmed, and only then", () =>
    Effect.gen(function* () {
      const { references, relations, review } = yield* filled
      yield* relations.save(pair("a:1", "b:1"))
      yield* references.save(reference("b:1", "another"))
      yield* relations.saveMany([pair("a:1", "b:1", { needsReview: true })])
      assert.deepStrictEqual(yield* stored, ["a:1 implements b:1 accepted ?"])
      const { decided } = yield* review.decide([{ sources: ["a:1"], targets: ["b:1"], status: "accepted" }])
      assert.strictEqual(decided.length, 1)
      assert.deepStrictEqual(yield* stored, ["a:1 implements b:1 accepted"])
      yield* references.save(reference("b:1", "a third"))
      const totals = yield* relations.saveMany([pair("a:1", "b:1")])
      assert.deepStrictEqual(totals, { created: 0, updated: 1, unchanged: 0, kept: 0 })
      assert.deepStrictEqual(yield* stored, ["a:1 implements b:1 accepted"])
      assert.strictEqual((yield* relations.saveMany([pair("a:1", "b:1")])).unchanged, 1)
      yield* relations.save(pair("a:1", "b:1", { needsReview: true }))
      assert.deepStrictEqual(yield* stored, ["a:1 implements b:1 accepted ?"])
      yield* relations.save(pair("a:1", "b:1", { status: "suggested" }))
      assert.strictEqual(yield* pins, 0)
    }))

  test("undo restores what it was pinned to", () =>
    Effect.gen(function* () {
      const { references, review } = yield* filled
      const verdict = { sources: ["a:1"], targets: ["b:1"], status: "accepted" } as const
      yield* review.decide([verdict])
      yield* references.save(reference("b:1", "another"))
      yield* review.decide([verdict])
      assert.deepStrictEqual(yield* stored, ["a:1 implements b:1 accepted"])
      yield* review.undo()
      assert.deepStrictEqual(yield* stored, ["a:1 implements b:1 accepted ?"])
      yield* references.save(reference("b:1"))
      assert.deepStrictEqual(yield* stored, ["a:1 implements b:1 accepted"])
      yield* review.undo()
      assert.deepStrictEqual(yield* stored, [])
      assert.strictEqual(yield* pins, 0)
    }))

  test("outlives its references, and is a relation again when the last of them is back", () =>
    Effect.gen(function* () {
      const { references, relations } = yield* filled
      yield* relations.saveMany([
        { sources: ["a:1", "a:2"], targets: ["b:1", "b:2"], type: "intersects" },
        { sources: ["a:1"], targets: [], to: "b" },
        pair("a:2", "b:1", { status: "suggested" }),
        pair("a:2", "b:2", { status: "rejected" })
      ])
      const before = yield* stored
      yield* references.removeMany(["b:1", "a:1", "b:2"], { force: true })
      assert.deepStrictEqual(yield* stored, [])
      assert.strictEqual(yield* pins, 7)
      yield* references.save(reference("b:2"))
      yield* references.save(reference("a:1"))
      assert.deepStrictEqual(yield* stored, [before[1], before[3]])
      yield* references.save(reference("b:1", "another"))
      assert.deepStrictEqual(yield* stored, [`${before[0]} ?`, before[1], before[3]])
      assert.strictEqual(yield* pins, 7)
      yield* references.save(reference("b:1"))
      assert.deepStrictEqual(yield* stored, [before[0], before[1], before[3]])
    }))

  test("is gone where it is removed on purpose, also without its references", () =>
    Effect.gen(function* () {
      const { references, relations } = yield* filled
      yield* relations.saveMany([pair("a:1", "b:1"), pair("a:2", "b:1"), pair("a:2", "b:2")])
      yield* references.remove("b:1", { force: true })
      const named = (source: string, target: string) => ({ ...pair(source, target), type: "implements" as const })
      yield* relations.remove(named("a:2", "b:2"))
      yield* relations.remove(named("a:1", "b:1"))
      assert.strictEqual((yield* Effect.flip(relations.remove(named("a:1", "b:1"))))._tag, "NotFoundError")
      yield* references.save(reference("b:1"))
      assert.deepStrictEqual(yield* stored, ["a:2 implements b:1 accepted"])
      assert.strictEqual(yield* pins, 2)
    }))

  test("is checked: the doctor tells what is lost and left over", () =>
    Effect.gen(function* () {
      const { relations } = yield* filled
      const sql = yield* SqlClient.SqlClient
      yield* relations.saveMany([pair("a:1", "b:1"), pair("a:2", "b:2", { status: "suggested" })])
      const told = Effect.map(Doctor.run, (checks) =>
        checks.flatMap(({ detail, name, status }) => (status === "failed" ? [`${name}: ${detail}`] : []))
      )
      assert.deepStrictEqual(yield* told, [])
      yield* sql`DELETE FROM crosswalk_pin WHERE side = 'source'`
      yield* sql`INSERT INTO crosswalk_pin SELECT x.id, 'source', d.id FROM crosswalk_relation AS x, crosswalk_reading AS d
        WHERE x.status = 'suggested'`
      assert.deepStrictEqual(yield* told, [
        "pins: 1 ends of decisions lack what was read, and 2 are left over. Decide again on them"
      ])
      yield* sql`UPDATE crosswalk_reading SET uuid = x'00' WHERE uri = 'a:1'`
      assert.match((yield* told).join("\n"), /pins: the reading a:1 cannot be read/)
    }))
})
