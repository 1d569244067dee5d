import { assert, describe, it } from "@effect/vitest"
import * as Logistic from "../../src/crosswalk/Logistic.ts"
import * as Recalibration from "../../src/crosswalk/Recalibration.ts"
import { spread } from "../../src/crosswalk/Spread.ts"
import { randomOf } from "../../src/domain/Random.ts"

const logistic = (z: number) => 1 / (1 + Math.exp(-z))

/** First proposals that are surer than they may be: a case of probability p is right with the probability `truth(p)`. */
const population = (size: number, seed: number, truth: (p: number) => number) => {
  const random = randomOf(seed)
  return Array.from({ length: size }, () => {
    const probability = random()
    return { probability, isTrue: random() < truth(probability) }
  }).toSorted((a, b) => b.probability - a.probability)
}

const tooSure = (p: number) => logistic(-1.5 + 0.6 * Math.log(p / (1 - p)))

const drawn = <A>(order: ReadonlyArray<A>, count: number, seed: number): ReadonlyArray<A> =>
  [...spread(order.length, seed)].slice(0, count).flatMap((place) => order[place] ?? [])

const corrected = (outcomes: ReadonlyArray<Logistic.Outcome>, by: Recalibration.Recalibration) =>
  outcomes.map(({ isTrue, probability }) => ({ isTrue, probability: Recalibration.apply(by, probability) }))

describe("recalibration", () => {
  it("changes nothing before 25 decisions", () => {
    const few = population(24, 1, () => 0)
    assert.deepStrictEqual(Recalibration.fit(few), Recalibration.identity)
    assert.strictEqual(Recalibration.apply(Recalibration.identity, 0.123_456_789), 0.123_456_789)
  })

  it("moves only the intercept before 50", () => {
    const { intercept, slope } = Recalibration.fit(population(49, 1, tooSure))
    assert.strictEqual(slope, 1)
    assert.isBelow(intercept, -0.5)
    assert.notStrictEqual(Recalibration.fit(population(50, 1, tooSure)).slope, 1)
  })

  it("finds the top of the posterior", () => {
    const outcomes = population(80, 3, tooSure)
    const posterior = (a: number, b: number) =>
      outcomes.reduce(
        (sum, { isTrue, probability }) => {
          const p = logistic(a + b * Math.log(probability / (1 - probability)))
          return sum + Math.log(isTrue ? p : 1 - p)
        },
        -(a ** 2) / (2 * 1.5 ** 2) - (b - 1) ** 2 / (2 * 0.5 ** 2)
      )
    const { intercept, slope } = Recalibration.fit(outcomes)
    const top = posterior(intercept, slope)
    for (const [a, b] of [
      [0.01, 0],
      [-0.01, 0],
      [0, 0.01],
      [0, -0.01]
    ] as const) {
      assert.isAbove(top, posterior(intercept + a, slope + b))
    }
  })

  it("keeps the order, whatever was decided", () => {
    // The most confident are all wrong, the others right: a free slope would turn the order round.
    const outcomes = Array.from({ length: 60 }, (_, i) => ({ probability: (i + 0.5) / 60, isTrue: i < 30 }))
    const found = Recalibration.fit(outcomes)
    assert.strictEqual(found.slope, 0.3)
    assert.isBelow(Recalibration.apply(found, 0.2), Recalibration.apply(found, 0.8))
  })

  it("ends with numbers where all are right, all are wrong, or every probability is 0 or 1", () => {
    for (const isTrue of [true, false]) {
      for (const probability of [0, 1, 0.5]) {
        const found = Recalibration.fit(Array.from({ length: 200 }, () => ({ probability, isTrue })))
        const p = Recalibration.apply(found, probability)
        assert.isTrue(p > 0 && p < 1)
        assert.isTrue(isTrue ? p > 0.5 : p < 0.5)
      }
    }
  })

  it("halves the error of proposals that are too sure, on those that were not looked at", () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const order = population(400, seed, tooSure)
      const sample = drawn(order, 50, seed)
      const others = order.filter((one) => !sample.includes(one))
      const before = Logistic.calibrationError(others)
      const after = Logistic.calibrationError(corrected(others, Recalibration.fit(sample)))
      assert.isAtMost(after, before / 2)
    }
  })
})

describe("a spread sample", () => {
  it("has every place once, and of every beginning no gap that is three times as large as the mean", () => {
    for (const size of [1, 2, 30, 427]) {
      const places = [...spread(size, 7)]
      assert.deepStrictEqual(
        places.toSorted((a, b) => a - b),
        Array.from({ length: size }, (_, i) => i)
      )
      for (const count of [10, 30, 50].filter((count) => count <= size)) {
        const first = places.slice(0, count).toSorted((a, b) => a - b)
        const gaps = first.map((place, i) => place - (first[i - 1] ?? -1))
        assert.isAtMost(Math.max(...gaps), (3 * size) / count)
      }
    }
  })

  it("is the same for the same seed, and another for another", () => {
    assert.deepStrictEqual([...spread(100, 1)], [...spread(100, 1)])
    assert.notDeepEqual([...spread(100, 1)].slice(0, 30), [...spread(100, 2)].slice(0, 30))
  })
})
