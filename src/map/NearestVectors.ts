import * as CosineKernel from "../crosswalk/CosineKernel.ts"
import type { Steps } from "./Steps.ts"

/** The nearest of each vector, one row after the other, the nearest first. */
export interface Nearest {
  readonly indexes: Int32Array
  readonly cosines: Float32Array
}

/**
 * The `count` nearest of `others` for each vector of `own`, exactly; of equal ones the first. Vectors have length 1 and lie one
 * after the other. Where both are the same array, no vector is its own neighbour. There must be as many others.
 */
export function* nearest(own: Float32Array, others: Float32Array, dimensions: number, count: number): Steps<Nearest> {
  const rows = own.length / dimensions
  const columns = others.length / dimensions
  const multiply = CosineKernel.make(dimensions)
  const products = new Float32Array(CosineKernel.block * columns)
  const indexes = new Int32Array(rows * count)
  const cosines = new Float32Array(rows * count).fill(Number.NEGATIVE_INFINITY)
  for (let first = 0; first < rows; first += CosineKernel.block) {
    multiply(own, first, others, products)
    const asked = Math.min(CosineKernel.block, rows - first)
    for (let row = 0; row < asked; row++) {
      const from = (first + row) * count
      const last = from + count - 1
      const itself = own === others ? first + row : -1
      for (let column = 0; column < columns; column++) {
        const cosine = products[row * columns + column]!
        if (!(cosine > cosines[last]!) || column === itself) continue
        let place = last
        for (; place > from && cosines[place - 1]! < cosine; place--) {
          cosines[place] = cosines[place - 1]!
          indexes[place] = indexes[place - 1]!
        }
        cosines[place] = cosine
        indexes[place] = column
      }
    }
    yield Math.min(1, (first + asked) / rows)
  }
  return { indexes, cosines }
}
