import { assert, layer } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { Crosswalk } from "../../src/crosswalk/Crosswalk.ts"
import { Review } from "../../src/crosswalk/Review.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import { TestStore } from "../../src/testing.ts"

const pair = { from: "company@1", to: "std@1" } as const
const size = 40
const words = "passwords sessions logs keys backups tokens uploads queries cookies headers".split(" ")

/** Rules and controls that share words; which one is right, a person says. */
const fill = Effect.gen(function* () {
  const references = yield* ReferenceRepository
  const text = (i: number) =>
    `${words[i % 10]} ${words[(i * 7 + 3) % 10]} number${i} are kept and ${words[(i * 3) % 10]} too`
  yield* references.saveMany(
    Array.from({ length: size }, (_, i) => [
      { uri: `c:${i}`, title: `Our ${text(i)}`, entityType: "requirement", catalog: pair.from },
      { uri: `s:${i}`, title: `All ${text(i + (i % 3))}`, entityType: "requirement", catalog: pair.to }
    ]).flat()
  )
})

layer(TestStore.layer)("suggestions after a review of a sample", (it) => {
  it.effect("rest on it: confidences, the share without counterpart, and how good the hint is", () =>
    Effect.gen(function* () {
      yield* fill
      const crosswalk = yield* Crosswalk
      const review = yield* Review
      const suggest = crosswalk.suggest({ ...pair, method: "keyword" })
      const before = yield* suggest
      assert.strictEqual(before.calibration.basis, "order")
      assert.strictEqual(before.calibration.hint.basis, "development")

      const sample = yield* review.sample(pair)
      assert.strictEqual(sample.length, 30)
      yield* review.decide(
        sample.map(({ relation: { sources, targets } }) => ({ sources, targets, status: "rejected", chosen: "sample" }))
      )
      // Nothing is known of their counterparts yet, as other suggestions are open.
      const half = yield* suggest
      assert.strictEqual(half.calibration.basis, "sample")
      assert.strictEqual(half.calibration.hint.basis, "development")
      assert.deepInclude(half.calibration.pair, { decisions: 30, right: 0, isCalibrated: true })
      for (const { relation } of sample) {
        yield* review.decideAll({ ...pair, uri: relation.sources[0] }, { status: "rejected" })
      }

      const after = yield* suggest
      assert.deepInclude(after.calibration.pair?.none, { references: 30, without: 30 })
      assert.strictEqual(after.calibration.hint.basis, "sample")
      assert.strictEqual(after.calibration.hint.recall !== undefined, true)
      const undecided = (one: typeof after) => one.references.filter(({ suggestions }) => suggestions.length > 0)
      const mean = (values: ReadonlyArray<number>) => values.reduce((sum, value) => sum + value, 0) / values.length
      const first = (one: typeof after) =>
        mean(undecided(one).map(({ suggestions: [first] }) => first?.confidence ?? 0))
      const none = (one: typeof after) => mean(one.references.map(({ noCounterpart }) => noCounterpart))
      assert.isBelow(first(after), first(before) / 2)
      assert.isAbove(none(after), none(before))
      for (const { noCounterpart, suggestions } of after.references) {
        for (const { confidence } of suggestions) assert.isAtMost(confidence + noCounterpart, 1.0001)
      }

      const open = yield* Stream.runCollect(review.items(pair))
      assert.isAbove(open.length, 0)
      for (const { relation } of open) assert.strictEqual(relation.provenance.scores?.["decisions"], 30)
      yield* review.undo({ steps: 31 })
      const again = yield* suggest
      assert.strictEqual(again.calibration.basis, "order")
      assert.deepStrictEqual(again.references, before.references)
      for (const { relation } of yield* Stream.runCollect(review.items(pair))) {
        assert.isUndefined(relation.provenance.scores?.["decisions"])
        assert.strictEqual(relation.confidence, relation.provenance.scores?.["uncalibrated"])
      }
    })
  )
})
