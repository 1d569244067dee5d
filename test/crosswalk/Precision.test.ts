import { assert, describe, it } from "@effect/vitest"
import * as Precision from "../../src/crosswalk/Precision.ts"
import { randomOf } from "../../src/domain/Random.ts"

/** Decisions in the order of confidence, from the surest on: `x` for a wrong one. */
const decisions = (marks: string) =>
  Array.from(marks, (mark, i) => ({ probability: 1 - i / marks.length, isTrue: mark !== "x" }))

describe("the lower bound of a share", () => {
  it("is Wilson's", () => {
    // The example of Newcombe (1998), Statistics in Medicine 17, table I: 81 of 263.
    assert.closeTo(Precision.lowerBound(81, 263), 0.2553, 1e-4)
    assert.closeTo(Precision.lowerBound(15, 148), 0.0624, 1e-4)
    assert.strictEqual(Precision.lowerBound(0, 20), 0)
    assert.closeTo(Precision.lowerBound(29, 29), 0.883, 1e-3)
    assert.strictEqual(Precision.lowerBound(0, 0), 0)
  })
})

describe("what decisions bear", () => {
  it("is nothing at .95 before 73 that are all right", () => {
    assert.strictEqual(Precision.leastFor(0.95), 73)
    assert.deepStrictEqual(Precision.borne([], 0.95), { isBorne: false, missing: 73 })
    assert.deepStrictEqual(Precision.borne(decisions("o".repeat(30)), 0.95), { isBorne: false, missing: 43 })
    const enough = Precision.borne(decisions("o".repeat(73)), 0.95)
    assert.isTrue(enough.isBorne && enough.total === 73 && enough.precision >= 0.95)
  })

  it("goes down to where the bound falls", () => {
    const found = Precision.borne(decisions(`${"o".repeat(110)}${"x".repeat(190)}`), 0.8)
    assert.isTrue(found.isBorne)
    if (!found.isBorne) return
    assert.isAtLeast(found.precision, 0.8)
    assert.strictEqual(found.total, 125)
    assert.strictEqual(found.right, 110)
  })

  it("counts what is missing beyond wrong ones", () => {
    const found = Precision.borne(decisions(`oxo${"o".repeat(30)}`), 0.9)
    assert.isFalse(found.isBorne)
    if (found.isBorne) return
    assert.isTrue(Precision.lowerBound(32 + found.missing, 33 + found.missing) >= 0.9)
    assert.isFalse(Precision.lowerBound(31 + found.missing, 32 + found.missing) >= 0.9)
  })

  it("takes those of one probability together", () => {
    const equal = Array.from({ length: 100 }, (_, i) => ({ probability: 0.5, isTrue: i < 60 }))
    assert.isFalse(Precision.borne(equal, 0.6).isBorne)
  })

  it("promises too much in at most one of ten reviews, however many places are looked at", () => {
    // The true share falls from 1 to .4 along the order; of what is promised, the share must hold.
    const random = randomOf(1)
    const share = (p: number) => 0.4 + 0.6 * p
    let promised = 0
    let broken = 0
    for (let review = 0; review < 400; review++) {
      const outcomes = Array.from({ length: 100 }, () => {
        const probability = random()
        return { probability, isTrue: random() < share(probability) }
      })
      const found = Precision.borne(outcomes, 0.8)
      if (!found.isBorne) continue
      promised++
      if ((share(1) + share(found.from)) / 2 < 0.8) broken++
    }
    assert.isAbove(promised, 100)
    assert.isAtMost(broken / 400, 0.1)
  })
})
