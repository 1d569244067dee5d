import { assert, describe, it } from "@effect/vitest"
import { leastOf, relevance } from "../../src/search/Relevance.ts"

const odds = (share: number) => share / (1 - share)

describe("what counts as an answer", () => {
  it("is at least half likely, whatever the others are", () => {
    assert.strictEqual(leastOf([]), 0.5)
    assert.strictEqual(leastOf([0.2, 0.1]), 0.5)
    assert.strictEqual(leastOf([0.6, 0.55]), 0.5)
  })

  it("has at least a twentieth of the best one's odds", () => {
    const least = leastOf([0.7, 0.999, 0.3])
    assert.approximately(odds(0.999) / odds(least), Math.exp(3), 1e-6)
    assert.isAbove(least, 0.97)
  })

  it("is not measured by what the query names", () => {
    const named = relevance({ isNamed: true })
    assert.strictEqual(leastOf([named, 0.6, 0.4]), leastOf([0.6, 0.4]))
    assert.strictEqual(leastOf([named]), 0.5)
  })

  it("can be the best one alone", () => {
    const best = relevance({ cosine: 1, keyword: 1 })
    assert.isBelow(leastOf([best]), best)
  })
})
