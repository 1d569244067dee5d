import { assert, describe, it } from "@effect/vitest"
import { answering } from "../../src/map/MapTask.ts"
import type { MapInput, Page } from "../../src/map/MapProtocol.ts"
import * as NearestVectors from "../../src/map/NearestVectors.ts"
import * as PrincipalAxes from "../../src/map/PrincipalAxes.ts"
import { randomOf } from "../../src/domain/Random.ts"
import { finish } from "../../src/map/Steps.ts"
import { trustworthiness } from "../support/trustworthiness.ts"

const dimensions = 32

/** Vectors of length 1 around so many directions. */
const clusters = (count: number, around: number, spread: number, seed = 1) => {
  const random = randomOf(seed)
  const vectorOf = (at: (i: number) => number) => {
    const vector = Float32Array.from({ length: dimensions }, (_, i) => at(i))
    const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0))
    return vector.map((value) => value / length)
  }
  const centres = Array.from({ length: around }, () => vectorOf(() => random() - 0.5))
  const all = Array.from({ length: count }, (_, i) =>
    vectorOf((d) => centres[i % around]![d]! + spread * (random() - 0.5))
  )
  return Float32Array.from(all.flatMap((vector) => [...vector]))
}

/** What the thread answers in the end, and how far it said it was. */
const run = (task: MapInput["task"], ...pages: ReadonlyArray<Page>) => {
  const answer = answering({ task, dimensions })
  for (const { positions, vectors } of pages) answer({ _tag: "Add", vectors: vectors.slice(), positions })
  const told: Array<number> = []
  for (;;) {
    const given = answer({ _tag: "Step" })
    if (given._tag === "Done") return { positions: given.positions, told }
    told.push(given.done)
  }
}
const positionsOf = (task: MapInput["task"], vectors: Float32Array<ArrayBuffer>) =>
  run(task, { vectors, positions: undefined }).positions

describe("the nearest vectors", () => {
  it("are those that a comparison with every other finds, without itself", () => {
    const vectors = clusters(101, 7, 0.4)
    const count = 6
    const found = finish(NearestVectors.nearest(vectors, vectors, dimensions, count))
    for (let row = 0; row < 101; row++) {
      const cosines = Array.from({ length: 101 }, (_, other) => {
        let sum = 0
        for (let i = 0; i < dimensions; i++) sum += vectors[row * dimensions + i]! * vectors[other * dimensions + i]!
        return other === row ? -2 : sum
      }).toSorted((a, b) => b - a)
      for (let i = 0; i < count; i++) assert.closeTo(found.cosines[row * count + i]!, cosines[i]!, 1e-6)
      assert.notInclude([...found.indexes.subarray(row * count, (row + 1) * count)], row)
    }
  })
})

describe("principal axes", () => {
  it("are the two directions of most difference, the first of the two first", () => {
    const random = randomOf(3)
    const vectors = new Float32Array(500 * dimensions)
    for (let row = 0; row < 500; row++) {
      for (let i = 0; i < dimensions; i++) {
        vectors[row * dimensions + i] = (random() - 0.5) * (i === 5 ? 4 : i === 9 ? 2 : 0.1)
      }
    }
    const places = PrincipalAxes.positions(vectors, dimensions)
    for (const [axis, dimension] of [5, 9].entries()) {
      const mean = Array.from({ length: 500 }, (_, row) => vectors[row * dimensions + dimension]! / 500).reduce(
        (a, b) => a + b
      )
      for (let row = 0; row < 500; row++) {
        assert.closeTo(places[2 * row + axis]!, vectors[row * dimensions + dimension]! - mean, 0.1)
      }
    }
  })

  it("place what does not differ in one place", () => {
    const equal = clusters(1, 1, 0)
    const places = PrincipalAxes.positions(Float32Array.from([...equal, ...equal, ...equal]), dimensions)
    assert.deepStrictEqual(
      [...places].map((value) => Math.round(value * 1e6) || 0),
      [0, 0, 0, 0, 0, 0]
    )
  })
})

describe("the computed map", () => {
  const vectors = clusters(600, 24, 0.5)

  it("keeps neighbours together, better than principal axes do and far better than chance", () => {
    const { positions, told } = run("umap", { vectors, positions: undefined })
    const kept = trustworthiness(vectors, dimensions, positions)
    const axes = trustworthiness(vectors, dimensions, positionsOf("axes", vectors))
    const random = randomOf(5)
    const chance = trustworthiness(
      vectors,
      dimensions,
      Float32Array.from(positions, () => random())
    )
    assert.isAbove(kept, 0.9)
    assert.isAbove(kept, axes + 0.05)
    assert.closeTo(chance, 0.5, 0.05)
    assert.deepStrictEqual(
      told,
      told.toSorted((a, b) => a - b)
    )
  })

  it("is the same for the same vectors", () => {
    const some = vectors.slice(0, 200 * dimensions)
    assert.deepStrictEqual(positionsOf("umap", some), positionsOf("umap", some))
  })

  for (const count of [1, 2, 3, 4, 5, 16]) {
    it(`has a place for each of ${count}`, () => {
      const equal = new Float32Array(count * dimensions).fill(1 / Math.sqrt(dimensions))
      for (const given of [vectors.slice(0, count * dimensions), equal]) {
        const places = positionsOf("umap", given)
        assert.lengthOf(places, 2 * count)
        assert.isTrue(places.every((value) => Number.isFinite(value)))
      }
    })
  }

  it("has a place for a vector that is damaged", () => {
    const damaged = vectors.slice(0, 40 * dimensions)
    damaged[3] = Number.NaN
    damaged[dimensions] = Number.POSITIVE_INFINITY
    for (const task of ["umap", "axes"] as const) {
      assert.isTrue(positionsOf(task, damaged).every((value) => Number.isFinite(value)))
    }
  })
})

describe("what comes later", () => {
  it("lies beside what it is nearest to", () => {
    const vectors = clusters(400, 10, 0.5)
    const known = vectors.slice(0, 360 * dimensions)
    const added = vectors.slice(360 * dimensions)
    const places = positionsOf("umap", known)
    const { positions } = run("beside", { vectors: known, positions: places }, { vectors: added, positions: undefined })
    const distance = (a: Float32Array, i: number, b: Float32Array, j: number) =>
      Math.hypot(a[2 * i]! - b[2 * j]!, a[2 * i + 1]! - b[2 * j + 1]!)
    for (let i = 0; i < 40; i++) {
      // Every tenth is of the same direction.
      const own = (360 + i) % 10
      const nearest = Array.from({ length: 360 }, (_, j) => j).toSorted(
        (a, b) => distance(positions, i, places, a) - distance(positions, i, places, b)
      )
      assert.isAtLeast(nearest.slice(0, 10).filter((j) => j % 10 === own).length, 8)
    }
  })
})
