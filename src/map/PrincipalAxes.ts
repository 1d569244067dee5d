import { randomOf } from "../domain/Random.ts"

/** From so many vectors, spread over all, the axes are learnt. */
const mostRead = 4096

/** Two axes are wanted; the more that are looked for, the sooner these are exact. */
const axes = 4
const most = 100
const exact = 1e-7

const meanOf = (vectors: Float32Array, dimensions: number): Float64Array => {
  const mean = new Float64Array(dimensions)
  const count = vectors.length / dimensions
  for (let i = 0; i < vectors.length; i++) mean[i % dimensions]! += vectors[i]! / count
  return mean
}

/** The vectors that are read, less the mean. */
const sampleOf = (vectors: Float32Array, dimensions: number, mean: Float64Array): Float64Array => {
  const count = vectors.length / dimensions
  const read = Math.min(mostRead, count)
  const sample = new Float64Array(read * dimensions)
  for (let row = 0; row < read; row++) {
    const from = Math.floor((row * count) / read) * dimensions
    for (let i = 0; i < dimensions; i++) sample[row * dimensions + i] = vectors[from + i]! - mean[i]!
  }
  return sample
}

const dot = (a: Float64Array, b: Float64Array): number => {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}

/** Makes the axis orthogonal to those before it and of length 1, or 0 where nothing is left. */
const orthonormalise = (axis: Float64Array, before: ReadonlyArray<Float64Array>): Float64Array => {
  const whole = Math.sqrt(dot(axis, axis))
  for (const other of before) {
    const shared = dot(axis, other)
    for (let i = 0; i < axis.length; i++) axis[i]! -= shared * other[i]!
  }
  const length = Math.sqrt(dot(axis, axis))
  return length <= 1e-9 * whole || length < 1e-12 ? axis.fill(0) : axis.map((value) => value / length)
}

/** The axis, multiplied with the covariance of the sample. */
const multiplied = (sample: Float64Array, axis: Float64Array): Float64Array => {
  const dimensions = axis.length
  const out = new Float64Array(dimensions)
  for (let from = 0; from < sample.length; from += dimensions) {
    let product = 0
    for (let i = 0; i < dimensions; i++) product += sample[from + i]! * axis[i]!
    for (let i = 0; i < dimensions; i++) out[i]! += product * sample[from + i]!
  }
  return out
}

/** So that an axis does not point the other way for a difference in the last digit. */
const turned = (axis: Float64Array): Float64Array => {
  const largest = axis.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0)
  return largest < 0 ? axis.map((value) => -value) : axis
}

/** The directions in which the vectors differ most, by orthogonal iteration. */
const principal = (sample: Float64Array, dimensions: number): ReadonlyArray<Float64Array> => {
  const random = randomOf(1)
  let found: Array<Float64Array> = []
  for (let axis = 0; axis < axes; axis++) {
    found.push(
      orthonormalise(
        Float64Array.from({ length: dimensions }, () => random() - 0.5),
        found
      )
    )
  }
  for (let round = 0; round < most; round++) {
    const next: Array<Float64Array> = []
    for (const axis of found) next.push(orthonormalise(multiplied(sample, axis), next))
    const isExact = next.slice(0, 2).every((axis, i) => Math.abs(dot(axis, found[i] ?? axis)) > 1 - exact)
    found = next
    if (isExact) break
  }
  return found.slice(0, 2).map(turned)
}

/**
 * Two coordinates a vector, x and y one after the other: its place on the two axes along which the vectors differ most
 * (principal component analysis). All 0 where they do not differ.
 */
export const positions = (vectors: Float32Array, dimensions: number): Float32Array => {
  const count = vectors.length / dimensions
  const mean = meanOf(vectors, dimensions)
  const found = principal(sampleOf(vectors, dimensions, mean), dimensions)
  const out = new Float32Array(2 * count)
  for (const [axis, direction] of found.entries()) {
    const offset = dot(mean, direction)
    for (let row = 0; row < count; row++) {
      let product = -offset
      for (let i = 0; i < dimensions; i++) product += vectors[row * dimensions + i]! * direction[i]!
      out[2 * row + axis] = product
    }
  }
  return out
}
