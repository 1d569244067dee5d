import { Index, MetricKind, ScalarKind } from "usearch"
import { GraphVectors } from "./GraphVectors.ts"
import type { Description } from "./IndexFile.ts"
import * as IndexFile from "./IndexFile.ts"
import type { Tuning } from "./RecallProbe.ts"

/**
 * How many neighbours a vector is linked to, and how many candidates are kept while it is added. With codes of one byte a
 * million vectors of 384 dimensions take 530 MB. docs/vectors.md has the curve of recall.
 */
const connectivity = 16
const expansionAdd = 128

const makeIndex = (dimensions: number) =>
  new Index({
    dimensions,
    metric: MetricKind.Cos,
    quantization: ScalarKind.I8,
    connectivity,
    expansion_add: expansionAdd,
    expansion_search: 64,
    multi: false
  })

/**
 * Vectors as codes of one byte a number, each scaled to use the whole range. usearch would scale by the length, which leaves
 * some three bits of a number; it takes codes as they are where they look like what it expects.
 */
const toCodes = (vectors: Float32Array, dimensions: number): Int8Array => {
  const codes = new Int8Array(vectors.length)
  for (let from = 0; from < vectors.length; from += dimensions) {
    let max = 0
    for (let i = from; i < from + dimensions; i++) {
      const size = Math.abs(vectors[i]!)
      if (size > max) max = size
    }
    const scale = max === 0 ? 0 : 127 / max
    for (let i = from; i < from + dimensions; i++) codes[i] = Math.round(vectors[i]! * scale)
  }
  return Object.defineProperty(codes, "constructor", { value: Float32Array })
}

const toKeys = (ids: ArrayLike<number>): BigUint64Array =>
  BigUint64Array.from({ length: ids.length }, (_, i) => BigInt(ids[i]!))

/** Vectors as a navigable graph (HNSW): logarithmic instead of linear, not always exact. */
export class GraphIndex {
  readonly dimensions: number
  private readonly index: Index
  private readonly vectors: GraphVectors

  private constructor(dimensions: number, index: Index, vectors: GraphVectors) {
    this.dimensions = dimensions
    this.index = index
    this.vectors = vectors
  }

  /** One that vectors can be added to. They are kept beside a path; without one it cannot tell cosines. */
  static make(dimensions: number, path?: string): GraphIndex {
    return new GraphIndex(dimensions, makeIndex(dimensions), GraphVectors.make(dimensions, path))
  }

  /** A verified file: mapped, so that it opens at once and cannot be changed, or read to be changed. */
  static open(path: string, description: Description, mode: "view" | "load"): GraphIndex {
    const { count, dimensions } = description
    const index = makeIndex(dimensions)
    if (mode === "view") index.view(path)
    else index.load(path)
    if (index.size() !== count || index.dimensions() !== dimensions) {
      throw new IndexFile.Damaged("its graph does not fit its description")
    }
    return new GraphIndex(dimensions, index, GraphVectors.open(path, description, mode))
  }

  get size(): number {
    return this.vectors.size
  }

  has(id: number): boolean {
    return this.vectors.has(id)
  }

  /** Whether an id has the vector with this checksum. */
  isSo(id: number, digest: number): boolean {
    return this.vectors.isSo(id, digest)
  }

  /** Ids from all over it, `count` or somewhat more. */
  sample(count: number): Float64Array<ArrayBuffer> {
    const every = Math.max(1, Math.floor(this.size / count))
    return this.vectors.ids.filter((_, i) => i % every === every >> 1)
  }

  /** Adds or replaces vectors. `threads` work on it. */
  set(ids: Float64Array, vectors: Float32Array, threads: number): void {
    this.remove(ids)
    this.index.add(toKeys(ids), toCodes(vectors, this.dimensions), threads)
    this.vectors.add(ids, vectors)
  }

  remove(ids: Float64Array): void {
    const present = this.vectors.remove(ids)
    if (present.length > 0) this.index.remove(toKeys(present))
  }

  /** The exact cosines of ids that are in it; undefined where it has no vectors. Throws `Damaged` where one is not as it was saved. */
  cosines(query: Float32Array, ids: ReadonlyArray<number>): Float64Array<ArrayBuffer> | undefined {
    return this.vectors.cosines(query, ids)
  }

  /**
   * The ids of about the nearest `limit`, best first, without those that `hidden` says are no longer so. `expansion` is
   * how many candidates are followed at least: the more, the better and the slower.
   */
  nearest(query: Float32Array, limit: number, expansion: number, hidden: (id: number) => boolean): Array<number> {
    const codes = toCodes(query, this.dimensions)
    const size = this.index.size()
    for (let wanted = Math.min(size, Math.max(expansion, limit)); wanted > 0; wanted = Math.min(size, wanted * 4)) {
      const { keys } = this.index.search(codes, wanted, 1)
      const found: Array<number> = []
      for (const key of keys) {
        const id = Number(key)
        if (!hidden(id)) found.push(id)
        if (found.length === limit) return found
      }
      if (wanted === size) return found
    }
    return []
  }

  save(path: string, description: Omit<Description, "kind" | "count" | "parts"> & { readonly tuning: Tuning }): void {
    const { checked, vectors } = this.vectors.parts
    IndexFile.write(path, { ...description, kind: "graph", count: this.size }, checked, {
      begin: (first) => this.index.save(first),
      ...(vectors !== undefined && { vectors })
    })
  }

  close(): void {
    this.vectors.close()
  }
}
