import { assert, describe, it } from "@effect/vitest"
import { interval, measure, summarise } from "../../src/search/Measures.ts"

const judged = (grades: Readonly<Record<string, number>>) => new Map(Object.entries(grades))
const log2 = Math.log2

describe("measure, reckoned by hand", () => {
  it("one relevant document at the first place", () => {
    const scores = measure(["a", "b"], judged({ a: 1 }))
    for (const score of Object.values(scores)) assert.strictEqual(score, 1)
  })

  it("one relevant document at the third place", () => {
    const scores = measure(["x", "y", "a"], judged({ a: 1 }))
    assert.strictEqual(scores["ndcg@10"], 1 / log2(4)) // 0.5
    assert.strictEqual(scores["mrr@10"], 1 / 3)
    assert.strictEqual(scores["recall@1"], 0)
    assert.strictEqual(scores["recall@5"], 1)
    assert.strictEqual(scores["hit@1"], 0)
    assert.strictEqual(scores["hit@20"], 1)
  })

  it("grades: 3 at the second place, 1 at the first, 2 not found", () => {
    const scores = measure(["b", "a"], judged({ a: 3, b: 1, c: 2, d: 0 }))
    const gained = 1 / log2(2) + 3 / log2(3)
    const ideal = 3 / log2(2) + 2 / log2(3) + 1 / log2(4)
    assert.closeTo(scores["ndcg@10"], gained / ideal, 1e-12) // 0.6069
    assert.closeTo(scores["recall@5"], 2 / 3, 1e-12)
    assert.strictEqual(scores["mrr@10"], 1)
  })

  it("what stands at the eleventh and at the twenty-first place", () => {
    const behind = (places: number) => [...Array.from({ length: places }, (_, i) => `x${i}`), "a"]
    const eleventh = measure(behind(10), judged({ a: 1 }))
    assert.strictEqual(eleventh["ndcg@10"], 0)
    assert.strictEqual(eleventh["mrr@10"], 0)
    assert.strictEqual(eleventh["recall@10"], 0)
    assert.strictEqual(eleventh["recall@20"], 1)
    assert.strictEqual(eleventh["hit@20"], 1)
    const late = measure(behind(20), judged({ a: 1 }))
    assert.strictEqual(late["hit@20"], 0)
    assert.strictEqual(late["recall@100"], 1)
  })

  it("twelve relevant documents: the ideal of nDCG has ten", () => {
    const ids = Array.from({ length: 12 }, (_, i) => `d${i}`)
    const scores = measure(ids, new Map(ids.map((id) => [id, 1])))
    assert.strictEqual(scores["ndcg@10"], 1)
    assert.closeTo(scores["recall@10"], 10 / 12, 1e-12)
  })

  it("nothing found, and grade 0 is not relevant", () => {
    for (const score of Object.values(measure([], judged({ a: 1 })))) assert.strictEqual(score, 0)
    for (const score of Object.values(measure(["b"], judged({ a: 1, b: 0 })))) assert.strictEqual(score, 0)
  })
})

describe("interval", () => {
  it("is the same for the same seed and holds the mean", () => {
    const values = Array.from({ length: 200 }, (_, i) => (i % 4 === 0 ? 0 : 1))
    const [low, high] = interval(values, 7)
    assert.deepStrictEqual(interval(values, 7), [low, high])
    assert.isTrue(low < 0.75 && 0.75 < high)
    // The standard error is √(.75 × .25 / 200) = .0306, so about ±.06.
    assert.closeTo(high - low, 4 * 0.0306, 0.02)
  })

  it("of equal values is that value", () => {
    assert.deepStrictEqual(interval([0.5, 0.5, 0.5], 1), [0.5, 0.5])
  })

  it("comes with the means", () => {
    const { intervals, means } = summarise([measure(["a"], judged({ a: 1 })), measure(["b"], judged({ a: 1 }))], 1)
    assert.strictEqual(means["hit@1"], 0.5)
    assert.deepStrictEqual(intervals["hit@1"], [0, 1])
  })
})
