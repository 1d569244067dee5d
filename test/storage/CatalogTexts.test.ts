import { assert, it, layer } from "@effect/vitest"
import { Effect, Layer, Option } from "effect"
import type { ReferenceInput } from "../../src/domain/Reference.ts"
import { textOf } from "../../src/domain/TextOf.ts"
import { vectorOf } from "../../src/embedder/Deterministic.ts"
import { EmbeddingRepository } from "../../src/storage/EmbeddingRepository.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import { TestStore } from "../../src/testing.ts"

const rule = (i: number, description = `Verify that the system keeps secret number ${i}.`): ReferenceInput => ({
  uri: `rules:1/${i}`,
  title: `Rule ${i}`,
  entityType: "rule",
  description,
  catalog: "rules@1"
})
const rules = Array.from({ length: 30 }, (_, i) => rule(i))

const vector = (uri: string) =>
  Effect.map(
    EmbeddingRepository.use((embeddings) => embeddings.findWithEmbedding(uri)),
    (found) => Option.getOrThrow(found).embedding?.vector
  )

const update = EmbeddingRepository.use((embeddings) => embeddings.updateAllEmbeddings())

layer(Layer.empty)("what a catalog repeats", (it) => {
  const test = (name: string, effect: Effect.Effect<void, unknown, ReferenceRepository | EmbeddingRepository>) =>
    it.effect(name, () => Effect.provide(effect, TestStore.layer))

  test(
    "is embedded until it is learnt, and left out then",
    Effect.gen(function* () {
      const references = yield* ReferenceRepository
      yield* references.saveMany(rules)
      yield* update
      assert.deepStrictEqual(yield* vector("rules:1/7"), vectorOf(textOf(rule(7))))
      const { openings } = yield* references.learnBoilerplate("rules@1")
      assert.include(openings, "Verify that the system keeps secret number")
      assert.deepStrictEqual(yield* update, { updated: 30, skipped: 0, failed: 0 })
      assert.deepStrictEqual(yield* vector("rules:1/7"), vectorOf("Rule 7\n\n7."))
      assert.deepStrictEqual(
        yield* references.find("rules:1/7").pipe(Effect.map(Option.map((found) => found.description))),
        Option.some(rule(7).description)
      )
    })
  )

  test(
    "stays when references come, change and go: no other vector becomes stale",
    Effect.gen(function* () {
      const references = yield* ReferenceRepository
      const embeddings = yield* EmbeddingRepository
      yield* references.saveMany(rules)
      const learnt = yield* references.learnBoilerplate("rules@1")
      yield* update
      yield* references.saveMany(Array.from({ length: 100 }, (_, i) => rule(100 + i, `Ensure the door ${i} is shut.`)))
      yield* references.save(rule(3, "Verify that the system keeps secret number four."))
      yield* references.remove("rules:1/4")
      assert.deepStrictEqual(yield* references.learnBoilerplate("rules@1"), learnt)
      assert.deepStrictEqual(yield* embeddings.status, { fresh: 28, missing: 101, otherModel: 0 })
      assert.deepStrictEqual(yield* update, { updated: 101, skipped: 28, failed: 0 })
      assert.deepStrictEqual(yield* references.saveMany(rules.slice(5)), { created: 0, updated: 0, unchanged: 25 })
    })
  )

  test(
    "changes when it is refreshed, for its own catalog alone",
    Effect.gen(function* () {
      const references = yield* ReferenceRepository
      const embeddings = yield* EmbeddingRepository
      yield* references.saveMany(rules)
      yield* references.save({ ...rule(1, "Ensure the door 5 is shut."), uri: "other:1", catalog: "other@1" })
      yield* references.learnBoilerplate("rules@1")
      yield* update
      yield* references.saveMany(Array.from({ length: 100 }, (_, i) => rule(100 + i, `Ensure the door ${i} is shut.`)))
      yield* update
      const { openings } = yield* references.learnBoilerplate("rules@1", { refresh: true })
      assert.include(openings, "Ensure the door")
      assert.deepStrictEqual(yield* embeddings.status, { fresh: 31, missing: 100, otherModel: 0 })
      assert.deepStrictEqual(yield* update, { updated: 100, skipped: 31, failed: 0 })
    })
  )

  test(
    "is left out of queries of that catalog, so that they meet the texts as these are",
    Effect.gen(function* () {
      const references = yield* ReferenceRepository
      const embeddings = yield* EmbeddingRepository
      yield* references.saveMany(rules)
      yield* references.learnBoilerplate("rules@1")
      yield* update
      const [hit] = yield* embeddings.findSimilarByText("verify that the system rule 7 7", { limit: 1 })
      assert.strictEqual(hit?.reference.uri, "rules:1/7")
      assert.closeTo(hit?.score ?? 0, 1, 1e-6)
    })
  )

  test(
    "of a catalog that is not there is nothing",
    Effect.gen(function* () {
      const references = yield* ReferenceRepository
      assert.deepStrictEqual((yield* references.learnBoilerplate("nothing@1")).openings, [])
    })
  )
})

it("the default text has nothing left out", () => {
  assert.strictEqual(textOf(rule(1)), "Rule 1\n\nVerify that the system keeps secret number 1.")
})
