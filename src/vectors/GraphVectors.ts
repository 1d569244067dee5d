import { exactSearch, MetricKind } from "usearch"
import * as IndexFile from "./IndexFile.ts"
import { digest, VectorFile } from "./VectorFile.ts"

const room = 1024

/** Vectors of a saved index in a file of their own, where they can be changed. */
const copyOf = (saved: VectorFile, path: string, count: number, dimensions: number): VectorFile => {
  const copy = VectorFile.unnamed(path, dimensions)
  try {
    let slot = 0
    for (const piece of saved.pieces(count)) {
      copy.write(slot, piece)
      slot += piece.length / dimensions
    }
    return copy
  } catch (cause) {
    copy.close()
    throw cause
  } finally {
    saved.close()
  }
}

/** The vectors of a graph, which itself has only a byte of each number: their checksums in memory, by their ids, and they in a file. */
export class GraphVectors {
  private readonly dimensions: number
  /** Undefined where they are not kept, as they were not in the first saved graphs. */
  private readonly file: VectorFile | undefined
  private readonly slots = new Map<number, number>()
  private slotIds: Float64Array<ArrayBuffer>
  private digests: Uint32Array<ArrayBuffer>
  /** Room for what is compared. */
  private looked = new Float32Array()

  private constructor(dimensions: number, file: VectorFile | undefined, capacity: number) {
    this.dimensions = dimensions
    this.file = file
    this.slotIds = new Float64Array(capacity)
    this.digests = new Uint32Array(capacity)
  }

  /** None yet. They are kept beside a path, as long as the process lives; without one only their checksums are. */
  static make(dimensions: number, path?: string): GraphVectors {
    return new GraphVectors(dimensions, path === undefined ? undefined : VectorFile.unnamed(path, dimensions), room)
  }

  /** Those of a verified file, to be read (`view`) or to be changed (`load`). */
  static open(path: string, description: IndexFile.Description, mode: "view" | "load"): GraphVectors {
    const { count, dimensions } = description
    const begin = IndexFile.vectorsOf(description)
    if (begin === undefined && mode === "load") throw new IndexFile.Damaged("it has no vectors")
    const saved = begin === undefined ? undefined : VectorFile.within(path, begin, dimensions)
    const file = saved !== undefined && mode === "load" ? copyOf(saved, path, count, dimensions) : saved
    const opened = new GraphVectors(dimensions, file, Math.max(room, count))
    try {
      IndexFile.readPart(path, description, 1, opened.slotIds.subarray(0, count))
      IndexFile.readPart(path, description, 2, opened.digests.subarray(0, count))
    } catch (cause) {
      opened.close()
      throw cause
    }
    for (let slot = 0; slot < count; slot++) opened.slots.set(opened.slotIds[slot] ?? Number.NaN, slot)
    return opened
  }

  get size(): number {
    return this.slots.size
  }

  has(id: number): boolean {
    return this.slots.has(id)
  }

  /** All ids, in the order of the slots. */
  get ids(): Float64Array<ArrayBuffer> {
    return this.slotIds.subarray(0, this.size)
  }

  /** Adds vectors of ids that are not there yet. */
  add(ids: Float64Array, vectors: Float32Array): void {
    const { dimensions, size } = this
    this.file?.write(size, vectors)
    this.reserve(size + ids.length)
    for (const [i, id] of ids.entries()) {
      this.slotIds[size + i] = id
      this.digests[size + i] = digest(vectors.subarray(i * dimensions, (i + 1) * dimensions))
      this.slots.set(id, size + i)
    }
  }

  /** Removes what there is of these, and says what that was. */
  remove(ids: Float64Array): Float64Array<ArrayBuffer> {
    const vector = new Float32Array(this.dimensions)
    return Float64Array.from(
      ids.filter((id) => {
        const slot = this.slots.get(id)
        if (slot === undefined) return false
        const last = this.size - 1
        if (slot !== last) {
          // The last takes its slot.
          this.file?.read(last, vector)
          this.file?.write(slot, vector)
          const moved = this.slotIds[last] ?? Number.NaN
          this.slotIds[slot] = moved
          this.digests[slot] = this.digests[last] ?? 0
          this.slots.set(moved, slot)
        }
        return this.slots.delete(id)
      })
    )
  }

  /** Whether an id has the vector with this checksum, and the file has it so. */
  isSo(id: number, expected: number): boolean {
    const slot = this.slots.get(id)
    if (slot === undefined || this.digests[slot] !== expected) return false
    if (this.file === undefined) return true
    const vector = new Float32Array(this.dimensions)
    return this.file.read(slot, vector) && digest(vector) === expected
  }

  /**
   * The cosines of a vector of length 1 and those of ids, which there are; undefined where vectors are not kept. Throws `Damaged`
   * where one is not as it was saved.
   */
  cosines(query: Float32Array, ids: ReadonlyArray<number>): Float64Array<ArrayBuffer> | undefined {
    const { dimensions, file } = this
    if (file === undefined) return undefined
    const cosines = new Float64Array(ids.length)
    if (ids.length === 0) return cosines
    if (this.looked.length < ids.length * dimensions) this.looked = new Float32Array(2 * ids.length * dimensions)
    const vectors = this.looked.subarray(0, ids.length * dimensions)
    for (const [i, id] of ids.entries()) {
      const slot = this.slots.get(id)
      if (slot === undefined) throw new RangeError(`there is no vector of ${id}`)
      const vector = vectors.subarray(i * dimensions, (i + 1) * dimensions)
      if (!file.read(slot, vector) || digest(vector) !== this.digests[slot])
        throw new IndexFile.Damaged("one of its vectors is not as it was saved")
    }
    // Compared all at once, in a fifth of the time. It would read a part of a larger buffer from the beginning of that.
    const { distances, keys } = exactSearch(vectors, query.slice(), dimensions, ids.length, MetricKind.IP, 1)
    for (const [i, place] of keys.entries()) cosines[Number(place)] = 1 - (distances[i] ?? Number.NaN)
    return cosines
  }

  /** What of them belongs into the file of a saved graph. */
  get parts() {
    const { ids, size } = this
    return { checked: [ids, this.digests.subarray(0, size)], vectors: this.file?.pieces(size) }
  }

  close(): void {
    this.file?.close()
  }

  private reserve(wanted: number): void {
    if (wanted <= this.slotIds.length) return
    const capacity = Math.max(wanted, Math.ceil(1.5 * this.slotIds.length))
    const ids = new Float64Array(capacity)
    const digests = new Uint32Array(capacity)
    ids.set(this.slotIds)
    digests.set(this.digests)
    this.slotIds = ids
    this.digests = digests
  }
}
