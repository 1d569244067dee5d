import { assert, describe, it } from "@effect/vitest"
import * as Logistic from "../../src/crosswalk/Logistic.ts"
import { randomOf } from "../../src/domain/Random.ts"

const truth = { intercept: -1, weights: [2, -0.5] }

/** Cases whose answers come true as often as a known model says. */
const examplesOf = (count: number, seed: number) => {
  const random = randomOf(seed)
  return Array.from({ length: count }, (_, group) => {
    const features = [random() * 4 - 2, random() * 10]
    return { group, features, isTrue: random() < Logistic.probability(truth, features) }
  })
}

describe("Logistic", () => {
  it("finds the model that the answers came from", () => {
    const { intercept, weights } = Logistic.fit(examplesOf(20_000, 1))
    assert.closeTo(intercept, truth.intercept, 0.1)
    assert.closeTo(weights[0] ?? 0, 2, 0.1)
    assert.closeTo(weights[1] ?? 0, -0.5, 0.05)
  })

  it("stays finite where the answers can be told apart perfectly, or a feature is always the same", () => {
    const examples = Array.from({ length: 40 }, (_, i) => ({ features: [i, 7], isTrue: i >= 20 }))
    const model = Logistic.fit(examples)
    assert.isTrue([model.intercept, ...model.weights].every(Number.isFinite))
    assert.isAbove(Logistic.probability(model, [39, 7]), 0.9)
    assert.isBelow(Logistic.probability(model, [0, 7]), 0.1)
  })

  it("a larger ridge draws the weights towards 0", () => {
    const examples = examplesOf(200, 2)
    const sizes = [0.1, 10, 1000].map((ridge) => Math.abs(Logistic.fit(examples, { ridge }).weights[0] ?? 0))
    assert.deepStrictEqual(
      sizes,
      sizes.toSorted((a, b) => b - a)
    )
  })

  it("puts groups into folds evenly, always the same for a seed", () => {
    const fold = Logistic.folds(103, 10, 5)
    assert.deepStrictEqual(fold, Logistic.folds(103, 10, 5))
    assert.notDeepEqual(fold, Logistic.folds(103, 10, 6))
    const sizes = Array.from({ length: 10 }, (_, k) => fold.filter((f) => f === k).length)
    assert.deepStrictEqual(sizes.toSorted(), [10, 10, 10, 10, 10, 10, 10, 11, 11, 11])
  })

  it("cross-validates without the answers of a case's own group", () => {
    // One feature that is the same for all of a group and tells its answer, and nothing about other groups.
    const random = randomOf(3)
    const examples = Array.from({ length: 60 }, (_, group) => {
      const answer = random() < 0.5
      return Array.from({ length: 5 }, () => ({ group, features: [random()], isTrue: answer }))
    }).flat()
    const outcomes = Logistic.crossValidate(examples, { folds: 10, seed: 1 })
    assert.strictEqual(outcomes.length, examples.length)
    assert.isTrue(outcomes.every(({ probability }) => probability > 0.2 && probability < 0.8))
  })

  it("measures the distance between what was said and what came true", () => {
    const outcomes = (probability: number, trues: number, falses: number) => [
      ...Array.from({ length: trues }, () => ({ probability, isTrue: true })),
      ...Array.from({ length: falses }, () => ({ probability, isTrue: false }))
    ]
    assert.closeTo(Logistic.calibrationError(outcomes(0.8, 8, 2)), 0, 1e-12)
    assert.closeTo(Logistic.calibrationError(outcomes(0.8, 5, 5)), 0.3, 1e-12)
    assert.closeTo(Logistic.calibrationError([...outcomes(0.8, 8, 2), ...outcomes(1, 0, 10)]), 0.5, 1e-12)
  })
})
