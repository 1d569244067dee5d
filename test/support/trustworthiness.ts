const ranksOf = (count: number, distance: (i: number) => number, self: number): ReadonlyArray<number> =>
  Array.from({ length: count }, (_, i) => i)
    .filter((i) => i !== self)
    .map((i) => [i, distance(i)] as const)
    .toSorted(([, a], [, b]) => a - b)
    .map(([i]) => i)

/**
 * How far the `k` neighbours of each place are neighbours by their vectors, too (Venna and Kaski): 1 where all are, about 0.5 by
 * chance.
 */
export const trustworthiness = (vectors: Float32Array, dimensions: number, places: Float32Array, k = 10): number => {
  const count = vectors.length / dimensions
  let penalty = 0
  for (let row = 0; row < count; row++) {
    const near = ranksOf(
      count,
      (i) => Math.hypot(places[2 * i]! - places[2 * row]!, places[2 * i + 1]! - places[2 * row + 1]!),
      row
    )
    const byVector = ranksOf(
      count,
      (i) => {
        let sum = 0
        for (let d = 0; d < dimensions; d++) sum += vectors[i * dimensions + d]! * vectors[row * dimensions + d]!
        return -sum
      },
      row
    )
    const rank = new Map(byVector.map((i, place) => [i, place + 1]))
    for (const i of near.slice(0, k)) penalty += Math.max(0, (rank.get(i) ?? 0) - k)
  }
  return 1 - (2 / (count * k * (2 * count - 3 * k - 1))) * penalty
}
