import { exactSearch, MetricKind } from "usearch"

/** What a cosine in float32, as the database computes it, may be off. Vectors this close count as equal here. */
const tie = 1e-5

/** How many of the nearest by their codes are looked at first. */
const firstLook = 256

const room = 1024

/**
 * Writes a byte for each number of the vector that begins at `from`, and gives how far what they stand for is from the
 * vector (the length of the difference).
 */
const encode = (
  vectors: Float32Array,
  from: number,
  dimensions: number,
  scale: number,
  codes: Int8Array,
  to: number
): number => {
  const step = 1 / scale
  let squares = 0
  for (let i = 0; i < dimensions; i++) {
    const value = vectors[from + i]!
    const scaled = value * scale
    const code = scaled >= 127 ? 127 : scaled <= -127 ? -127 : (scaled + (scaled < 0 ? -0.5 : 0.5)) | 0
    codes[to + i] = code
    const difference = value - code * step
    squares += difference * difference
  }
  return Math.sqrt(squares)
}

const largest = (vectors: Float32Array): number => {
  let max = 0
  for (let i = 0; i < vectors.length; i++) {
    const size = Math.abs(vectors[i]!)
    if (size > max) max = size
  }
  return max
}

/**
 * Vectors in memory, compared with each one.
 *
 * They are scanned as codes of one byte a number, six times faster than as float32, and the nearest of these compared
 * again as they are. What the codes may be off has a bound, so the result is exact: every vector that could be among the
 * nearest is looked at. With `keepVectors: false` only the codes are kept, in a fifth of the memory, and what comes back is
 * more than was asked for, to be compared by the caller.
 */
export class FlatIndex {
  readonly dimensions: number
  readonly keepVectors: boolean
  private readonly slots = new Map<number, number>()
  private ids: Float64Array<ArrayBuffer>
  private vectors: Float32Array<ArrayBuffer>
  private codes: Int8Array<ArrayBuffer>
  /** Codes are numbers times this. */
  private scale = 0
  /** The farthest that any coded vector is from its vector. */
  private residual = 0

  /** With room for `expected` vectors; there can be more. */
  constructor(dimensions: number, keepVectors: boolean, expected = 0) {
    const capacity = Math.max(room, expected)
    this.dimensions = dimensions
    this.keepVectors = keepVectors
    this.ids = new Float64Array(capacity)
    this.vectors = new Float32Array(keepVectors ? capacity * dimensions : 0)
    this.codes = new Int8Array(capacity * dimensions)
  }

  get size(): number {
    return this.slots.size
  }

  /** Bytes in use for vectors, their codes and ids. */
  get bytes(): number {
    return this.vectors.byteLength + this.codes.byteLength + this.ids.byteLength
  }

  has(id: number): boolean {
    return this.slots.has(id)
  }

  /** The vector of an id, while vectors are kept. */
  get(id: number): Float32Array | undefined {
    const slot = this.slots.get(id)
    return slot === undefined || !this.keepVectors ? undefined : this.at(slot)
  }

  /** The cosine of a vector of length 1 and that of an id, while vectors are kept. */
  cosineOf(query: Float32Array, id: number): number | undefined {
    const slot = this.slots.get(id)
    return slot === undefined || !this.keepVectors ? undefined : this.cosine(query, slot)
  }

  /** The ids and vectors, in no particular order. */
  contents(): { readonly ids: Float64Array<ArrayBuffer>; readonly vectors: Float32Array<ArrayBuffer> } {
    return { ids: this.ids.subarray(0, this.size), vectors: this.vectors.subarray(0, this.size * this.dimensions) }
  }

  /** Adds or replaces vectors of length 1, which lie one after the other. */
  set(ids: Float64Array, vectors: Float32Array): void {
    const { dimensions } = this
    if (vectors.length !== ids.length * dimensions) throw new RangeError("vectors and ids do not match")
    this.reserve(this.size + ids.length)
    this.widen(vectors)
    for (const [i, id] of ids.entries()) {
      let slot = this.slots.get(id)
      if (slot === undefined) {
        slot = this.size
        this.slots.set(id, slot)
        this.ids[slot] = id
      }
      this.code(slot, vectors, i * dimensions)
    }
    if (!this.keepVectors) return
    for (const [i, id] of ids.entries()) {
      this.vectors.set(vectors.subarray(i * dimensions, (i + 1) * dimensions), this.slots.get(id)! * dimensions)
    }
  }

  remove(id: number): boolean {
    const slot = this.slots.get(id)
    if (slot === undefined) return false
    const { dimensions } = this
    const last = this.size - 1
    if (slot !== last) {
      const moved = this.ids[last]!
      this.ids[slot] = moved
      this.slots.set(moved, slot)
      this.codes.copyWithin(slot * dimensions, last * dimensions, (last + 1) * dimensions)
      if (this.keepVectors) this.vectors.copyWithin(slot * dimensions, last * dimensions, (last + 1) * dimensions)
    }
    this.slots.delete(id)
    return true
  }

  /**
   * The ids of the nearest `limit` to a vector of length 1, best first, and after them all that are as near as the last.
   */
  nearest(query: Float32Array, limit: number): Array<number> {
    const { dimensions, size } = this
    const count = Math.min(limit, size)
    if (count === 0) return []
    const queryScale = 127 / largest(query)
    const queryCodes = new Int8Array(dimensions)
    const queryResidual = encode(query, 0, dimensions, queryScale, queryCodes, 0)
    const bound = this.residual + queryResidual * (1 + this.residual) + tie
    const codes = this.codes.subarray(0, size * dimensions)

    for (let look = Math.min(size, Math.max(firstLook, 4 * count)); ; look = Math.min(size, 8 * look)) {
      // A second thread takes twice the work for the same time: the two share a counter.
      const { distances, keys } = exactSearch(codes, queryCodes, dimensions, look, MetricKind.IP, 1)
      if (!this.keepVectors) return Array.from(keys, (slot) => this.ids[Number(slot)]!)
      const best: Array<readonly [cosine: number, id: number]> = []
      let last = -Infinity // the cosine of the worst that is wanted
      let sortAt = count
      let complete = look === size
      for (let i = 0; i < look; i++) {
        const coded = (1 - distances[i]!) / (this.scale * queryScale)
        if (coded + bound < last) {
          complete = true
          break
        }
        const slot = Number(keys[i])
        const cosine = this.cosine(query, slot)
        if (cosine < last - tie) continue
        best.push([cosine, this.ids[slot]!])
        if (best.length === sortAt) {
          best.sort(byCosine)
          last = best[count - 1]![0]
          while (best.at(-1)![0] < last - tie) best.pop()
          sortAt = 2 * best.length + 16
        }
      }
      if (!complete) continue
      best.sort(byCosine)
      last = best[count - 1]![0]
      return best.filter(([cosine]) => cosine >= last - tie).map(([, id]) => id)
    }
  }

  private at(slot: number): Float32Array {
    return this.vectors.subarray(slot * this.dimensions, (slot + 1) * this.dimensions)
  }

  private code(slot: number, vectors: Float32Array, from: number): void {
    const { codes, dimensions, scale } = this
    this.residual = Math.max(this.residual, encode(vectors, from, dimensions, scale, codes, slot * dimensions))
  }

  private cosine(query: Float32Array, slot: number): number {
    const { dimensions, vectors } = this
    const offset = slot * dimensions
    let sum = 0
    for (let i = 0; i < dimensions; i++) sum += query[i]! * vectors[offset + i]!
    return sum
  }

  /** Room for as many vectors. */
  private reserve(wanted: number): void {
    if (wanted <= this.ids.length) return
    const { dimensions, size } = this
    const capacity = Math.max(wanted, Math.ceil(this.ids.length * 1.5))
    const ids = new Float64Array(capacity)
    ids.set(this.ids.subarray(0, size))
    const codes = new Int8Array(capacity * dimensions)
    codes.set(this.codes.subarray(0, size * dimensions))
    if (this.keepVectors) {
      const vectors = new Float32Array(capacity * dimensions)
      vectors.set(this.vectors.subarray(0, size * dimensions))
      this.vectors = vectors
    }
    this.ids = ids
    this.codes = codes
  }

  /** Chooses a scale at which every number has a code; where a larger number comes, all are coded again. */
  private widen(vectors: Float32Array): void {
    const limit = largest(vectors)
    if (limit * this.scale <= 127) {
      if (this.scale === 0) this.scale = 127
      else return
    }
    if (limit === 0) return
    const { dimensions, scale, size } = this
    this.scale = 127 / Math.min(1, 1.1 * limit)
    if (size === 0) return
    this.residual = 0
    for (let slot = 0; slot < size; slot++) {
      const decoded = this.keepVectors
        ? undefined
        : Float32Array.from(this.codes.subarray(slot * dimensions, (slot + 1) * dimensions), (code) => code / scale)
      this.code(slot, decoded ?? this.vectors, decoded === undefined ? slot * dimensions : 0)
    }
  }
}

const byCosine = (a: readonly [number, number], b: readonly [number, number]) => b[0] - a[0] || a[1] - b[1]
