import { closeSync, openSync, readSync, unlinkSync, writeSync } from "node:fs"
import { crc32 } from "node:zlib"
import { Damaged, temporaryOf } from "./IndexFile.ts"

/** How many bytes are copied at once. */
const pieceLength = 1 << 22

/** The checksum of a vector, by which it can be compared without being kept. */
export const digest = (vector: Float32Array): number =>
  crc32(new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength))

/**
 * Vectors (float32) in a file, one after the other, each at its slot from 0: where a graph has only a byte of each number, they say
 * how near something is exactly. They are read one by one, and never all in memory.
 */
export class VectorFile {
  private readonly file: number
  private readonly begin: number
  private readonly dimensions: number

  private constructor(file: number, begin: number, dimensions: number) {
    this.file = file
    this.begin = begin
    this.dimensions = dimensions
  }

  /** An empty one beside a path. It has no name, so nothing is left of it when the process ends, however that happens. */
  static unnamed(beside: string, dimensions: number): VectorFile {
    const path = temporaryOf(beside)
    const file = openSync(path, "wx+", 0o600)
    try {
      unlinkSync(path)
    } catch (cause) {
      closeSync(file)
      throw cause
    }
    return new VectorFile(file, 0, dimensions)
  }

  /** Those that begin at a byte of a saved index, to be read. */
  static within(path: string, begin: number, dimensions: number): VectorFile {
    return new VectorFile(openSync(path, "r"), begin, dimensions)
  }

  /** Fills `into` with vectors from a slot on. False where the file has ended. */
  read(slot: number, into: Float32Array): boolean {
    const from = this.placeOf(slot)
    for (let done = 0; done < into.byteLength; ) {
      const read = readSync(this.file, into, done, into.byteLength - done, from + done)
      if (read === 0) return false
      done += read
    }
    return true
  }

  /** Writes vectors from a slot on. */
  write(slot: number, vectors: Float32Array): void {
    const from = this.placeOf(slot)
    for (let done = 0; done < vectors.byteLength; ) {
      done += writeSync(this.file, vectors, done, vectors.byteLength - done, from + done)
    }
  }

  /** The first `count`, in pieces that are good until the next is taken. Throws `Damaged` where there are fewer. */
  *pieces(count: number): Iterable<Float32Array> {
    const atOnce = Math.max(1, Math.floor(pieceLength / (4 * this.dimensions)))
    const piece = new Float32Array(Math.min(count, atOnce) * this.dimensions)
    for (let slot = 0; slot < count; slot += atOnce) {
      const part = piece.subarray(0, Math.min(atOnce, count - slot) * this.dimensions)
      if (!this.read(slot, part)) throw new Damaged("it ends too early")
      yield part
    }
  }

  close(): void {
    closeSync(this.file)
  }

  private placeOf(slot: number): number {
    return this.begin + 4 * this.dimensions * slot
  }
}
