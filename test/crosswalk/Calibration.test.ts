import { assert, describe, it } from "@effect/vitest"
import { circumstancesOf, judge, sampleOf, scaleOf, settle } from "../../src/crosswalk/Calibration.ts"
import { calibrationAsvs } from "../../src/crosswalk/CalibrationAsvs.ts"
import type { Candidate, Found } from "../../src/crosswalk/Candidates.ts"
import * as Logistic from "../../src/crosswalk/Logistic.ts"

const fitted = calibrationAsvs.methods.hybrid

const candidate = (similarity: number, margin: number, target = 0): Candidate => ({
  target,
  similarity,
  meaning: similarity,
  words: similarity,
  trigrams: similarity,
  margin,
  competition: 0
})

const found = (candidates: ReadonlyArray<Candidate>): Found => ({
  source: 0,
  candidates,
  nearest: candidates[0]?.similarity ?? 0,
  crowd: 0.25,
  background: 0
})

/** Similarities are in units of the reach already. */
const scale = { background: 0, reach: 1 }

describe("Calibration", () => {
  it("rises with margin and competition, and falls where the neighbourhood is near for none", () => {
    for (const { confidence, none } of Object.values(calibrationAsvs.methods)) {
      assert.isTrue(confidence.weights.every((weight) => weight > 0))
      assert.isTrue(none.weights.every((weight) => weight < 0))
    }
  })

  it("is never sure of the first candidate and of no counterpart at once", () => {
    const first = candidate(1, 0.9)
    const both = settle({ ranked: [{ candidate: first, confidence: 0.9 }], noCounterpart: 0.6 })
    assert.deepStrictEqual(both, { ranked: [{ candidate: first, confidence: 0.9 / 1.5 }], noCounterpart: 0.6 / 1.5 })
    const one = { ranked: [{ candidate: first, confidence: 0.3 }], noCounterpart: 0.6 }
    assert.deepStrictEqual(settle(one), one)
  })

  it("orders by confidence and keeps probabilities within 0 and 1, whatever the share", () => {
    for (const share of [0.001, fitted.noneShare, 0.5, 0.999]) {
      const { noCounterpart, ranked } = judge(fitted, found([candidate(1, 0.9), candidate(0.1, -0.9, 1)]), {
        scale,
        share
      })
      assert.deepStrictEqual(
        ranked.map(({ candidate }) => candidate.target),
        [0, 1]
      )
      for (const value of [noCounterpart, ...ranked.map(({ confidence }) => confidence)]) {
        assert.isTrue(value >= 0 && value <= 1)
      }
    }
  })

  it("leaves everything as it was fitted where the share is that of the set", () => {
    const one = found([candidate(0.4, 0.1)])
    const { noCounterpart, ranked } = judge(fitted, one, { scale, share: fitted.noneShare })
    assert.closeTo(noCounterpart, Logistic.probability(fitted.none, [0.4, 0.25]), 1e-12)
    assert.closeTo(ranked[0]?.confidence ?? 0, Logistic.probability(fitted.confidence, [0.1, 0, 1]), 1e-12)
  })

  it("finds out that many references have no counterpart, or few", () => {
    const shares = [0.1, 0.3, 0.6].map((share) => {
      const sample = Array.from({ length: 200 }, (_, i) => ({
        ...(i < 200 * share
          ? { nearest: 0.15 + (i % 10) / 50, crowd: 0.15 }
          : { nearest: 0.5 + (i % 10) / 25, crowd: 0.3 }),
        background: 0.1
      }))
      return circumstancesOf(fitted, sample).share
    })
    assert.deepStrictEqual(
      shares,
      shares.toSorted((a, b) => a - b)
    )
    assert.isAbove((shares[2] ?? 0) - (shares[0] ?? 1), 0.2)
  })

  it("says the same where all similarities are moved and stretched: catalogs differ in how alike their wording is", () => {
    const sample = Array.from({ length: 3000 }, (_, i) => ({ nearest: (2 * i) / 3000, crowd: 0.25, background: 0 }))
    const moved = sample.map(({ background, crowd, nearest }) => ({
      nearest: 0.1 + nearest / 5,
      crowd: 0.1 + crowd / 5,
      background: 0.1 + background / 5
    }))
    const near = circumstancesOf(fitted, sample)
    const far = circumstancesOf(fitted, moved)
    assert.closeTo(far.share, near.share, 0.01)
    const one = found([candidate(0.4, 0.1)])
    const other = { ...found([candidate(0.18, 0.02)]), crowd: 0.1 + 0.25 / 5, background: 0.1 }
    assert.closeTo(judge(fitted, other, far).noCounterpart, judge(fitted, one, near).noCounterpart, 0.01)
    assert.closeTo(
      judge(fitted, other, far).ranked[0]?.confidence ?? 0,
      judge(fitted, one, near).ranked[0]?.confidence ?? 1,
      0.01
    )
  })

  it("stays with what is known of the set where there is next to nothing to learn from", () => {
    assert.deepStrictEqual(circumstancesOf(fitted, []), { scale: fitted.scale, share: fitted.noneShare })
    const { reach } = scaleOf([{ nearest: 1, crowd: 1, background: 1 }], fitted.scale)
    assert.closeTo(reach, fitted.scale.reach, 0.1)
  })

  it("samples few catalogs whole and many evenly", () => {
    assert.deepStrictEqual(sampleOf(3), [0, 1, 2])
    assert.deepStrictEqual(sampleOf(0), [])
    const sample = sampleOf(5000)
    assert.strictEqual(new Set(sample).size, 500)
    assert.deepStrictEqual(sample.slice(0, 3), [0, 10, 20])
  })
})
