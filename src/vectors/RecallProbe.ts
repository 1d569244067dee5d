import * as Vector from "../domain/Vector.ts"
import { FlatIndex } from "./FlatIndex.ts"

/** How a graph is searched, and how well that does. */
export interface Tuning {
  /** How many candidates a search follows. */
  readonly expansion: number
  /** The share of the nearest ten that searches with `expansion` found of texts between two of its own, from 0 to 1. */
  readonly recall: number
  /** How many vectors there were. */
  readonly vectors: number
}

/** How many of the nearest are looked for. */
const depth = 10

/** What `expansion` can be: each takes some 1.4 times as long as the one before. */
const expansions = [64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048, 3072]

/** Vectors are compared in blocks: a scan of one takes a millisecond. */
const blockSize = 16_384

interface Near {
  readonly id: number
  readonly cosine: number
}

/**
 * What is looked for: for each vector, what lies between it and the next. Vectors of the graph themselves are found too
 * easily, because each is linked to its nearest; these are about as hard as questions (docs/vectors.md).
 */
const between = (vectors: Float32Array, dimensions: number): ReadonlyArray<Float32Array<ArrayBuffer>> => {
  const count = vectors.length / dimensions
  const at = (place: number) => vectors.subarray(place * dimensions, (place + 1) * dimensions)
  return Array.from({ length: count }, (_, i) => {
    const other = at((i + 1) % count)
    return Vector.normalise(at(i).map((value, k) => 3 * value + 2 * (other[k] ?? 0)))
  }).filter((query) => query !== undefined)
}

/** Finds out how far searches in a graph have to go: it knows the nearest of some queries, by comparing all. */
export class RecallProbe {
  private readonly dimensions: number
  private readonly queries: ReadonlyArray<Float32Array<ArrayBuffer>>
  private readonly nearest: Array<ReadonlyArray<Near>>
  private block: FlatIndex

  /** With some vectors of the graph, from all over it. */
  constructor(dimensions: number, vectors: Float32Array) {
    this.dimensions = dimensions
    this.queries = between(vectors, dimensions)
    this.nearest = this.queries.map(() => [])
    this.block = new FlatIndex(dimensions, true, blockSize)
  }

  /** Compares with some of all vectors. */
  see(ids: Float64Array, vectors: Float32Array): void {
    this.block.set(ids, vectors)
    if (this.block.size >= blockSize) this.compare()
  }

  /**
   * The least expansion with which `search` finds the share `target` of the nearest ten, or the
   * best there is. With `given`, how well that expansion does.
   */
  tune(
    search: (query: Float32Array, limit: number, expansion: number) => ReadonlyArray<number>,
    target: number,
    given?: number
  ): Omit<Tuning, "vectors"> {
    this.compare()
    const tried = given === undefined ? expansions : [given]
    let best = { expansion: tried[0] ?? 64, recall: 0 }
    for (const expansion of tried) {
      let found = 0
      let wanted = 0
      for (const [i, query] of this.queries.entries()) {
        const ids = new Set(search(query, depth, expansion))
        const near = this.nearest[i] ?? []
        wanted += near.length
        for (const { id } of near) if (ids.has(id)) found++
      }
      const recall = wanted === 0 ? 1 : found / wanted
      if (recall > best.recall) best = { expansion, recall }
      if (recall >= target) break
    }
    return best
  }

  private compare(): void {
    const { block, dimensions } = this
    this.block = new FlatIndex(dimensions, true, blockSize)
    for (const [i, query] of this.queries.entries()) {
      const found = block.nearest(query, depth).flatMap((id): ReadonlyArray<Near> => {
        const vector = block.get(id)
        return vector === undefined ? [] : [{ id, cosine: Vector.dot(query, vector) }]
      })
      this.nearest[i] = [...(this.nearest[i] ?? []), ...found]
        .toSorted((a, b) => b.cosine - a.cosine || a.id - b.id)
        .slice(0, depth)
    }
  }
}
