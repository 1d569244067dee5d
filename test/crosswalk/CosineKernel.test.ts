import { assert, it } from "@effect/vitest"
import * as CosineKernel from "../../src/crosswalk/CosineKernel.ts"
import { dot } from "../../src/domain/Vector.ts"

const vectors = (count: number, dimensions: number, seed: number) =>
  Float32Array.from({ length: count * dimensions }, (_, i) => Math.sin(seed + i * i))

it("multiplies vectors of any length with any number of others, and a pair alike from both sides", () => {
  for (const dimensions of [1, 3, 4, 30, 384]) {
    const multiply = CosineKernel.make(dimensions)
    for (const [few, many] of [
      [1, 1],
      [5, 2],
      [CosineKernel.block + 3, 259]
    ] as const) {
      const [own, other] = [vectors(few, dimensions, 1), vectors(many, dimensions, 2)]
      const at = (all: Float32Array, i: number) => all.subarray(i * dimensions, (i + 1) * dimensions)
      for (let first = 0; first < few; first += CosineKernel.block) {
        const out = new Float32Array(CosineKernel.block * many)
        multiply(own, first, other, out)
        for (let row = first; row < Math.min(few, first + CosineKernel.block); row++) {
          for (let i = 0; i < many; i++) {
            const value = out[(row - first) * many + i] ?? Number.NaN
            assert.closeTo(value, dot(at(own, row), at(other, i)), 1e-5 * dimensions)
          }
        }
      }
      const [there, back] = [few, many].map((count) => new Float32Array(CosineKernel.block * count))
      multiply(own, 0, other, (back ?? there) as Float32Array)
      multiply(other, 0, own, there as Float32Array)
      for (let row = 0; row < Math.min(few, CosineKernel.block); row++) {
        for (let i = 0; i < Math.min(many, CosineKernel.block); i++) {
          assert.strictEqual(back?.[row * many + i], there?.[i * few + row])
        }
      }
    }
  }
})
