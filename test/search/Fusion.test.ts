import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import * as Arbitrary from "effect/Arbitrary"
import { fuse, type Ranking, single } from "../../src/search/Fusion.ts"

const ranking = (scores: Readonly<Record<string, number>>, others: Readonly<Record<string, number>> = {}): Ranking => ({
  ranked: Object.entries(scores)
    .toSorted(([, a], [, b]) => b - a)
    .map(([uri]) => uri),
  scoreOf: (uri) => scores[uri] ?? others[uri] ?? 0
})
const none = ranking({})
const convex = { method: "convex", semanticWeight: 0.75 } as const
const scores = (fused: ReturnType<typeof fuse>) => Object.fromEntries(fused.map(({ score, uri }) => [uri, score]))

describe("fuse", () => {
  it("scales each leg by its least and greatest and weighs them", () => {
    // By meaning: a 0.9 → 1, b 0.5 → 0.5, c 0.1 → 0. By words: b 8 → 1, a 2 → 0.25, c 0 → 0.
    const fused = fuse({ semantic: ranking({ a: 0.9, b: 0.5, c: 0.1 }), keyword: ranking({ b: 8, a: 2 }) }, convex)
    assert.deepStrictEqual(scores(fused), { a: 0.75 + 0.25 * 0.25, b: 0.75 * 0.5 + 0.25, c: 0 })
    assert.deepStrictEqual(fused[0]?.explanation.keyword, { score: 2, rank: 2, scaled: 0.25, contribution: 0.0625 })
    assert.deepStrictEqual(fused[2]?.explanation.keyword, { score: 0, scaled: 0, contribution: 0 })
  })

  it("takes a leg's score also of what only the other found", () => {
    const fused = fuse({ semantic: ranking({ a: 0.9 }, { b: 0.8, c: 0.4 }), keyword: ranking({ b: 2, c: 1 }) }, convex)
    assert.closeTo(scores(fused)["b"] ?? 0, 0.75 * 0.8 + 0.25, 1e-12)
    assert.strictEqual(fused.find(({ uri }) => uri === "b")?.explanation.semantic?.rank, undefined)
  })

  it("scales a leg whose scores are all equal to 1", () => {
    const fused = fuse({ semantic: ranking({ a: 0.4, b: 0.4 }), keyword: ranking({ a: 3, b: 1 }) }, convex)
    assert.deepStrictEqual(scores(fused), { a: 1, b: 0.75 })
  })

  it("leaves all the weight to one leg where the other found nothing", () => {
    assert.deepStrictEqual(scores(fuse({ semantic: ranking({ a: 0.3, b: 0.1 }), keyword: none }, convex)), {
      a: 1,
      b: 0
    })
    assert.deepStrictEqual(scores(fuse({ semantic: none, keyword: ranking({ a: 7 }) }, convex)), { a: 1 })
    assert.deepStrictEqual(fuse({ semantic: none, keyword: none }, convex), [])
  })

  it("lets words stand for the meaning of what has no vector, which is as near as they let expect", () => {
    // By meaning: a 0.9 → 1, b 0.5 → 0.5, c 0.1 → 0; x is expected at 0.7 → 0.75. By words: x 4 → 1, b 2 → 0.5.
    const semantic = {
      ...ranking({ a: 0.9, b: 0.5, c: 0.1 }, { x: 0.7 }),
      isKnown: (uri: string) => uri !== "x"
    }
    const fused = fuse({ semantic, keyword: ranking({ x: 4, b: 2 }) }, convex)
    assert.strictEqual(fused[0]?.uri, "x")
    const contribution = 0.25 + 0.75 * ((0.7 - 0.1) / (0.9 - 0.1))
    assert.closeTo(fused[0]?.score ?? 0, contribution, 1e-12)
    assert.deepStrictEqual(Object.keys(fused[0]?.explanation ?? {}), ["keyword"])
    assert.closeTo(fused[0]?.explanation.keyword?.contribution ?? 0, contribution, 1e-12)
    const byRanks = fuse({ semantic, keyword: ranking({ x: 4, b: 2 }) }, { ...convex, method: "rrf" })
    assert.strictEqual(scores(byRanks)["x"], 2 / 61)
  })

  it("adds reciprocal ranks", () => {
    const fused = fuse(
      { semantic: ranking({ a: 0.9, b: 0.5 }), keyword: ranking({ b: 8 }) },
      { ...convex, method: "rrf" }
    )
    assert.deepStrictEqual(scores(fused), { b: 1 / 61 + 1 / 62, a: 1 / 61 })
  })

  it("puts equal scores in the order of their uris", () => {
    const fused = fuse({ semantic: ranking({ c: 0.5, a: 0.5, b: 0.5 }), keyword: none }, convex)
    assert.deepStrictEqual(
      fused.map(({ uri }) => uri),
      ["a", "b", "c"]
    )
  })

  const Score = Schema.Int.check(Schema.isBetween({ minimum: -50, maximum: 50 }))
  const leg = Arbitrary.schema(Schema.Record(Schema.Literals(["a", "b", "c", "d", "e", "f"]), Score))
  it.prop(
    "any two legs: every candidate once, the score is the sum of the contributions, each 0 to 1",
    [
      leg,
      leg,
      Arbitrary.schema(Schema.Literals(["convex", "rrf"])),
      Arbitrary.schema(Schema.Literals([0, 0.3, 0.75, 1]))
    ],
    ([semantic, keyword, method, semanticWeight]) => {
      const fused = fuse({ semantic: ranking(semantic), keyword: ranking(keyword) }, { method, semanticWeight })
      assert.deepStrictEqual(
        fused.map(({ uri }) => uri).toSorted(),
        [...new Set([...Object.keys(semantic), ...Object.keys(keyword)])].toSorted()
      )
      for (const { explanation, score } of fused) {
        const parts = [explanation.keyword, explanation.semantic].flatMap((part) => (part === undefined ? [] : [part]))
        assert.closeTo(
          parts.reduce((sum, { contribution }) => sum + contribution, 0),
          score,
          1e-12
        )
        for (const { contribution } of parts) assert.isTrue(contribution >= 0 && contribution <= 1)
      }
    }
  )
})

describe("single", () => {
  it("keeps the order and the scores of the leg, a cosine within 0 and 1", () => {
    const leg = ranking({ a: 1.0000001, b: 0.2, c: -0.4 })
    assert.deepStrictEqual(
      single("semantic", leg).map(({ score }) => score),
      [1, 0.2, 0]
    )
    assert.deepStrictEqual(
      single("keyword", ranking({ a: 12, b: 3 })).map(({ score }) => score),
      [12, 3]
    )
  })
})
