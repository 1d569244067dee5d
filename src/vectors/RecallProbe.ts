import { randomOf } from "../domain/Random.ts"
import * as Vector from "../domain/Vector.ts"
import { FlatIndex } from "./FlatIndex.ts"

/** How a graph is searched, and how well that does. */
export interface Tuning {
  /** How many candidates a search follows. */
  readonly expansion: number
  /** The share of the nearest ten that searches with `expansion` found of what lies beside its own, from 0 to 1. */
  readonly recall: number
  /** How many vectors there were. */
  readonly vectors: number
}

/** How many of the nearest are looked for. */
const depth = 10

/** What `expansion` is at least and at most: twice as many take some 1.7 times as long. */
const least = 64
const most = 4096

/** The ids of about the nearest `limit`. */
type GraphSearch = (query: Float32Array, limit: number, expansion: number) => ReadonlyArray<number>

/** Vectors are compared in blocks: a scan of one takes a millisecond. */
const blockSize = 16_384

interface Near {
  readonly id: number
  readonly cosine: number
}

/** The cosine of a vector of the graph and what is looked for beside it: short questions are about as far from what they find. */
const likeness = 0.5

/**
 * What is looked for: each vector, with so much noise that it is `likeness` to itself. Vectors of the graph themselves are found
 * too easily, because each is linked to its nearest; these are a little harder than short questions (docs/vectors.md).
 */
const beside = (vectors: Float32Array, dimensions: number): ReadonlyArray<Float32Array<ArrayBuffer>> => {
  const random = randomOf(1)
  const noise = Math.sqrt(1 / likeness ** 2 - 1)
  return Array.from({ length: vectors.length / dimensions }, (_, i) => {
    const direction = Vector.normalise(Array.from({ length: dimensions }, () => random() + random() + random() - 1.5))
    const vector = vectors.subarray(i * dimensions, (i + 1) * dimensions)
    return Vector.normalise(vector.map((value, k) => value + noise * (direction?.[k] ?? 0)))
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
    this.queries = beside(vectors, dimensions)
    this.nearest = this.queries.map(() => [])
    this.block = new FlatIndex(dimensions, true, blockSize)
  }

  /** Compares with some of all vectors. */
  see(ids: Float64Array, vectors: Float32Array): void {
    this.block.set(ids, vectors)
    if (this.block.size >= blockSize) this.compare()
  }

  /**
   * About the least expansion with which `search` finds the share `target` of the nearest ten, or the best there is. With `given`,
   * how well that expansion does.
   */
  tune(search: GraphSearch, target: number, given?: number): Omit<Tuning, "vectors"> {
    this.compare()
    const measured = (expansion: number) => ({ expansion, recall: this.recallOf(search, expansion) })
    if (given !== undefined) return measured(given)
    let below = 0
    let best = measured(least)
    for (let next = 2 * least; best.recall < target && next <= most; next *= 2) {
      const tried = measured(next)
      below = next / 2
      if (tried.recall > best.recall) best = tried
    }
    // What is enough lies between the last two.
    while (best.recall >= target && below > 0 && best.expansion - below > best.expansion / 16) {
      const tried = measured(Math.round((below + best.expansion) / 2))
      if (tried.recall >= target) best = tried
      else below = tried.expansion
    }
    return best
  }

  /** The share of the nearest that `search` finds. */
  private recallOf(search: GraphSearch, expansion: number): number {
    let found = 0
    let wanted = 0
    for (const [i, query] of this.queries.entries()) {
      const ids = new Set(search(query, depth, expansion))
      const near = this.nearest[i] ?? []
      wanted += near.length
      for (const { id } of near) if (ids.has(id)) found++
    }
    return wanted === 0 ? 1 : found / wanted
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
