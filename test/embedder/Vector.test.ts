import { assert, describe, it } from "@effect/vitest"
import { normalise } from "../../src/domain/Vector.ts"
import { mean } from "../../src/embedder/Vector.ts"

describe("Vector", () => {
  it("brings a vector to unit length", () => {
    assert.deepStrictEqual(normalise([3, 4]), Float32Array.of(0.6, 0.8))
    assert.deepStrictEqual(normalise(Float64Array.of(0, 1e30)), Float32Array.of(0, 1))
  })

  it("has none for a vector without a direction", () => {
    for (const vector of [[0, 0], [], [Number.NaN, 1], [Infinity, 1]]) assert.isUndefined(normalise(vector))
  })

  it("takes the mean of the first rows", () => {
    assert.deepStrictEqual(mean(Float32Array.of(1, 2, 3, 4, 9, 9), 2, 2), Float64Array.of(2, 3))
  })
})
