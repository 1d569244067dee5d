import { assert, layer } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { Crosswalk } from "../../src/crosswalk/Crosswalk.ts"
import { Review } from "../../src/crosswalk/Review.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import { TestStore } from "../../src/testing.ts"

const pair = { from: "std@1", to: "company@1" } as const
const words = "passwords sessions logs keys backups tokens uploads queries cookies".split(" ")
const levelOf = (i: number) => (i % 3) + 1

/** Requirements of three levels, and a rule for each. */
const fill = Effect.gen(function* () {
  const references = yield* ReferenceRepository
  yield* references.saveMany(
    words.flatMap((word, i) => [
      {
        uri: `s:${i}`,
        title: `All ${word} are kept well`,
        entityType: "requirement",
        catalog: pair.from,
        metadata: { level: levelOf(i), groups: ["A"], levels: [`IG${levelOf(i)}`] }
      },
      { uri: `c:${i}`, title: `Our ${word} are kept`, entityType: "requirement", catalog: pair.to }
    ])
  )
})

layer(TestStore.layer)("suggestions for some references", (it) => {
  it.effect("are those that they have among all, and leave the others' as they are", () =>
    Effect.gen(function* () {
      yield* fill
      const crosswalk = yield* Crosswalk
      const review = yield* Review
      const all = yield* crosswalk.suggest({ ...pair, method: "keyword" })
      const some = (filter: { readonly level: string }) => crosswalk.suggest({ ...pair, method: "keyword", filter })
      const ofLevels = (levels: ReadonlyArray<number>) =>
        all.references.filter(({ source }) => levels.includes(levelOf(Number(source.uri.slice(2)))))

      assert.deepStrictEqual((yield* some({ level: "1" })).references, ofLevels([1]))
      assert.deepStrictEqual((yield* some({ level: "2" })).references, ofLevels([1, 2]))
      const { references, stored } = yield* some({ level: "IG3" })
      assert.deepStrictEqual(references, ofLevels([3]))
      assert.strictEqual(stored?.removed, stored?.saved)
      const open = yield* Stream.runCollect(review.items(pair))
      assert.strictEqual(open.length, all.stored?.saved)

      const first = yield* Stream.runCollect(review.items({ ...pair, reference: { level: "1" } }))
      assert.isAbove(first.length, 0)
      for (const { sources } of first) assert.strictEqual(levelOf(Number(sources[0].uri.slice(2))), 1)
      const where = [{ path: "level", operator: ">=", value: 2 }] as const
      const others = yield* review.count({ ...pair, reference: { metadata: where } })
      assert.strictEqual(others + first.length, open.length)
    })
  )

  it.effect("are refused where none passes, and where one reference is asked for by its name", () =>
    Effect.gen(function* () {
      yield* fill
      const crosswalk = yield* Crosswalk
      const none = yield* Effect.flip(crosswalk.suggest({ ...pair, method: "keyword", filter: { level: "IG9" } }))
      assert.deepInclude(none, { _tag: "ValidationError", field: "filter" })
      const one = yield* Effect.flip(
        crosswalk.suggest({ source: "s:1", to: pair.to, method: "keyword", filter: { level: "1" } })
      )
      assert.strictEqual(one._tag, "ValidationError")
    })
  )
})
