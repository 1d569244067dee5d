import { UMAP } from "umap-js"
import { randomOf } from "../domain/Random.ts"
import * as NearestVectors from "./NearestVectors.ts"
import * as PrincipalAxes from "./PrincipalAxes.ts"
import { type Steps, within } from "./Steps.ts"

/** How many, itself among them, are near a vector. */
const neighbours = 15

/** How often all are moved. */
const epochs = 300

/** How far from the middle the outermost begin. */
const reach = 10

/** The fewest vectors that have neighbours to speak of. */
export const fewest = 4

const listsOf = (numbers: ArrayLike<number>, width: number, first: (row: number) => number): Array<Array<number>> =>
  Array.from({ length: numbers.length / width }, (_, row) => [
    first(row),
    ...Array.from({ length: width }, (_, i) => numbers[row * width + i] ?? 0)
  ])

/**
 * Two coordinates a vector, x and y one after the other, so that neighbours stay neighbours (UMAP). The same for the same
 * vectors in the same order. They begin where their principal axes place them, so that what is far apart stays so, too. There
 * must be {@link fewest} at least, of length 1.
 */
export function* positions(vectors: Float32Array, dimensions: number): Steps<Float32Array> {
  const count = vectors.length / dimensions
  const others = Math.min(neighbours, count - 1) - 1
  const random = randomOf(42)
  const near = yield* within(0, 0.4, NearestVectors.nearest(vectors, vectors, dimensions, others))
  const umap = new UMAP({ nNeighbors: others + 1, nEpochs: epochs, random })
  umap.setPrecomputedKNN(
    listsOf(near.indexes, others, (row) => row),
    listsOf(
      near.cosines.map((cosine) => Math.max(0, 1 - cosine)),
      others,
      () => 0
    )
  )
  // The vectors themselves are looked at for their number only.
  umap.initializeFit(Array.from({ length: count }, () => []))
  const placed = umap.getEmbedding()
  const begin = PrincipalAxes.positions(vectors, dimensions)
  const scale = reach / begin.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-9)
  // Equal vectors would stay in one place for good.
  for (const [row, place] of placed.entries()) {
    for (const axis of [0, 1]) place[axis] = scale * (begin[2 * row + axis] ?? 0) + 1e-3 * (random() - 0.5)
  }
  yield 0.5
  for (let epoch = 0; epoch < epochs; epoch++) {
    umap.step()
    yield 0.5 + (0.5 * (epoch + 1)) / epochs
  }
  return Float32Array.from(placed.flat(), (value) => (Number.isFinite(value) ? value : 0))
}
