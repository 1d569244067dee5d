/**
 * The vector at unit length, or `undefined` where it has none: it is zero, or a number in it is not finite.
 */
export const normalized = (vector: ArrayLike<number>): Float32Array<ArrayBuffer> | undefined => {
  let sum = 0
  for (let i = 0; i < vector.length; i++) sum += (vector[i] ?? 0) ** 2
  const length = Math.sqrt(sum)
  if (!Number.isFinite(length) || length === 0) return undefined
  const unit = new Float32Array(vector.length)
  for (let i = 0; i < unit.length; i++) unit[i] = (vector[i] ?? 0) / length
  return unit
}

/** The mean of `rows` rows of `dimensions` numbers, which lie one after the other in `data`. */
export const mean = (data: Float32Array, rows: number, dimensions: number): Float64Array => {
  const sum = new Float64Array(dimensions)
  for (let row = 0; row < rows; row++) {
    const offset = row * dimensions
    for (let i = 0; i < dimensions; i++) sum[i] = (sum[i] ?? 0) + (data[offset + i] ?? 0)
  }
  return sum.map((x) => x / rows)
}
