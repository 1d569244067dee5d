import * as NearestVectors from "./NearestVectors.ts"
import { type Steps, within } from "./Steps.ts"

/** Among so many neighbours a vector is placed. */
const neighbours = 5

/** How much nearer a neighbour is that pulls e times as much. */
const sharpness = 0.03

/** Turns by this, nothing lies twice in one direction. */
const golden = Math.PI * (3 - Math.sqrt(5))

const spanOf = (positions: Float32Array): number => {
  let least = Number.POSITIVE_INFINITY
  let most = Number.NEGATIVE_INFINITY
  for (const value of positions) {
    least = Math.min(least, value)
    most = Math.max(most, value)
  }
  return most - least
}

/**
 * Two coordinates for each of `added`, near those of their nearest among `known`: the nearer, the more. There must be one known
 * at least. All vectors have length 1.
 */
export function* beside(
  added: Float32Array,
  known: Float32Array,
  knownPositions: Float32Array,
  dimensions: number
): Steps<Float32Array> {
  const count = Math.min(neighbours, known.length / dimensions)
  const { cosines, indexes } = yield* within(0, 1, NearestVectors.nearest(added, known, dimensions, count))
  // What is as near as can be to a neighbour lies beside it, not on it.
  const gap = spanOf(knownPositions) / Math.sqrt(known.length / dimensions) / 8
  const out = new Float32Array((2 * added.length) / dimensions)
  for (let row = 0; row < out.length / 2; row++) {
    let weights = 0
    let x = 0
    let y = 0
    for (let i = row * count; i < (row + 1) * count; i++) {
      const weight = Math.exp((cosines[i]! - cosines[row * count]!) / sharpness)
      const at = 2 * indexes[i]!
      weights += weight
      x += weight * knownPositions[at]!
      y += weight * knownPositions[at + 1]!
    }
    out[2 * row] = x / weights + gap * Math.cos(row * golden)
    out[2 * row + 1] = y / weights + gap * Math.sin(row * golden)
  }
  return out
}
