import { assert, describe, it } from "@effect/vitest"
import { estimateShare, judge, sampleOf } from "../../src/crosswalk/Calibration.ts"
import { calibrationAsvs } from "../../src/crosswalk/CalibrationAsvs.ts"
import type { Candidate, Found, Nearness } from "../../src/crosswalk/Candidates.ts"
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
  crowd: 0.25
})

/** References of which this share has no counterpart, as the calibration sees the two kinds. */
const references = (count: number, share: number): ReadonlyArray<Nearness> => {
  const random = Logistic.generator(1)
  const all: Array<Nearness> = []
  const wanted = { yes: Math.round(count * (1 - share)), no: Math.round(count * share) }
  while (wanted.yes + wanted.no > 0) {
    const nearness = { nearest: random(), crowd: 0.25 }
    const isNone = random() < Logistic.probability(fitted.none, [nearness.nearest, nearness.crowd])
    const kind = isNone ? "no" : "yes"
    if (wanted[kind] === 0) continue
    wanted[kind]--
    all.push(nearness)
  }
  return all
}

describe("Calibration", () => {
  it("rises with similarity, margin and competition, and falls where the neighbourhood is near for none", () => {
    for (const { confidence, none } of Object.values(calibrationAsvs.methods)) {
      assert.isTrue(confidence.weights.every((weight) => weight > 0))
      assert.isTrue(none.weights.every((weight) => weight < 0))
    }
  })

  it("orders by confidence and keeps probabilities within 0 and 1, whatever the share", () => {
    for (const share of [0.001, fitted.noneShare, 0.5, 0.999]) {
      const { noCounterpart, ranked } = judge(fitted, found([candidate(1, 0.9), candidate(0.1, -0.9, 1)]), share)
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
    const { noCounterpart, ranked } = judge(fitted, one, fitted.noneShare)
    assert.closeTo(noCounterpart, Logistic.probability(fitted.none, [0.4, 0.25]), 1e-12)
    assert.closeTo(ranked[0]?.confidence ?? 0, Logistic.probability(fitted.confidence, [0.4, 0.1, 0, 1]), 1e-12)
  })

  it("finds out how many references have no counterpart", () => {
    // The share in a set in which the nearest target is anywhere between 0 and 1.
    const noneShare =
      Array.from({ length: 1000 }, (_, i) => Logistic.probability(fitted.none, [i / 1000, 0.25])).reduce(
        (a, b) => a + b
      ) / 1000
    for (const share of [0.05, noneShare, 0.6]) {
      assert.closeTo(estimateShare({ ...fitted, noneShare }, references(1000, share)), share, 0.05)
    }
  })

  it("stays with the share of the set where there is next to nothing to learn from", () => {
    assert.closeTo(estimateShare(fitted, []), fitted.noneShare, 1e-9)
    assert.closeTo(estimateShare(fitted, [{ nearest: 0, crowd: 0 }]), fitted.noneShare, 0.05)
  })

  it("samples few catalogs whole and many evenly", () => {
    assert.deepStrictEqual(sampleOf(3), [0, 1, 2])
    assert.deepStrictEqual(sampleOf(0), [])
    const sample = sampleOf(5000)
    assert.strictEqual(new Set(sample).size, 500)
    assert.deepStrictEqual(sample.slice(0, 3), [0, 10, 20])
  })
})
