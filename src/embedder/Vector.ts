/** The mean of `rows` rows of `dimensions` numbers, which lie one after the other in `data`. */
export const mean = (data: Float32Array, rows: number, dimensions: number): Float64Array => {
  const sum = new Float64Array(dimensions)
  for (let row = 0; row < rows; row++) {
    const offset = row * dimensions
    for (let i = 0; i < dimensions; i++) sum[i] = (sum[i] ?? 0) + (data[offset + i] ?? 0)
  }
  return sum.map((x) => x / rows)
}
