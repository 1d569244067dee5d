import {
  chmodSync,
  closeSync,
  fstatSync,
  fsyncSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  writeSync
} from "node:fs"
import { basename, dirname, join } from "node:path"
import { crc32 } from "node:zlib"
import type { Tuning } from "./RecallProbe.ts"

/**
 * A saved index: parts one after the other, then their description as JSON, its length, the CRC-32 of everything before but the
 * vectors of a graph, and a mark. The description is at the end because usearch reads its own part from the beginning of the file.
 *
 * Damaged bytes of a mapped index would end the process, so nothing is used before the checksum was compared. The vectors of a
 * graph, most of its file, are read one by one: each is compared with its own checksum when it is.
 */

const mark = Buffer.from("CWINDEX1")
const tailLength = 4 + 4 + mark.length
const chunkLength = 1 << 20
const maxDescription = 1 << 16

/**
 * `flat`: ids and vectors. `graph`: a usearch file, then the ids, the CRC-32 of their vectors, and these vectors, which the first
 * such files did not have.
 */
export type Kind = "flat" | "graph"

/** What a saved index holds. */
export interface Description {
  readonly kind: Kind
  readonly fingerprint: string
  readonly dimensions: number
  /** How many vectors. */
  readonly count: number
  /** The position in the change log up to which it is the table. */
  readonly seq: number
  readonly nonce: number
  /** How a graph is searched, and how well that does; of `graph` only. */
  readonly tuning?: Tuning | undefined
  /** The lengths of the parts, in bytes. */
  readonly parts: ReadonlyArray<number>
}

/** Which part of a graph's file are its vectors. */
const vectorsPart = 3

/** The file is not a whole index: the message says in which way. */
export class Damaged extends Error {}

/** What is said of a file that is not there. */
export const absent = "there is none"

const property = (value: unknown, key: string): unknown =>
  typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined

const natural = (value: unknown): number => {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value
  throw new Damaged("its description is not one of an index")
}

const tuningOf = (value: unknown): Tuning => {
  const recall = property(value, "recall")
  if (typeof recall === "number" && recall >= 0 && recall <= 1) {
    return { expansion: natural(property(value, "expansion")), recall, vectors: natural(property(value, "vectors")) }
  }
  throw new Damaged("it does not say how it is searched")
}

const decode = (text: string): Description => {
  const value: unknown = JSON.parse(text)
  const kind = property(value, "kind")
  const fingerprint = property(value, "fingerprint")
  const parts = property(value, "parts")
  if ((kind !== "flat" && kind !== "graph") || typeof fingerprint !== "string" || !Array.isArray(parts)) {
    throw new Damaged("its description is not one of an index")
  }
  return {
    kind,
    fingerprint,
    dimensions: natural(property(value, "dimensions")),
    count: natural(property(value, "count")),
    seq: natural(property(value, "seq")),
    nonce: natural(property(value, "nonce")),
    ...(kind === "graph" && { tuning: tuningOf(property(value, "tuning")) }),
    parts: parts.map(natural)
  }
}

const readAt = (file: number, length: number, position: number): Buffer => {
  const buffer = Buffer.alloc(length)
  if (readSync(file, buffer, 0, length, position) !== length) throw new Damaged("it ends too early")
  return buffer
}

/** The CRC-32 of the bytes from `begin` on, before `end`, after those that gave `crc`. */
const checksum = (file: number, begin: number, end: number, before = 0): number => {
  const chunk = Buffer.allocUnsafe(chunkLength)
  let crc = before
  for (let at = begin; at < end; ) {
    const read = readSync(file, chunk, 0, Math.min(chunkLength, end - at), at)
    if (read === 0) throw new Damaged("it ends too early")
    crc = crc32(chunk.subarray(0, read), crc)
    at += read
  }
  return crc
}

/** What the end of a file says that it holds, without looking at the rest. Throws `Damaged`, or what the system throws. */
const describe = (file: number): { readonly description: Description; readonly crc: number; readonly end: number } => {
  const size = fstatSync(file).size
  if (size < tailLength) throw new Damaged("it is too short")
  const tail = readAt(file, tailLength, size - tailLength)
  if (!tail.subarray(8).equals(mark)) throw new Damaged("it does not end as an index does")
  const length = tail.readUInt32LE(0)
  const start = size - tailLength - length
  if (length > maxDescription || start < 0) throw new Damaged("its description has an impossible length")
  let description: Description
  try {
    description = decode(readAt(file, length, start).toString("utf8"))
  } catch (cause) {
    throw cause instanceof Damaged ? cause : new Damaged("its description cannot be read")
  }
  if (description.parts.reduce((sum, part) => sum + part, 0) !== start) {
    throw new Damaged("its parts are not as long as it says")
  }
  return { description, crc: tail.readUInt32LE(4), end: size - tailLength + 4 }
}

const withFile = <A>(path: string, use: (file: number) => A): A => {
  const file = openSync(path, "r")
  try {
    return use(file)
  } finally {
    closeSync(file)
  }
}

const beginOf = ({ parts }: Pick<Description, "parts">, part: number): number =>
  parts.slice(0, part).reduce((sum, length) => sum + length, 0)

/** Where the vectors of a graph begin; undefined where the file has none. */
export const vectorsOf = (description: Description): number | undefined =>
  description.parts[vectorsPart] === undefined ? undefined : beginOf(description, vectorsPart)

/** The description of a file whose other bytes are not looked at. */
export const peek = (path: string): Description => withFile(path, (file) => describe(file).description)

/** The description of a file that is whole: its checksum is right. Vectors of a graph are not looked at. */
export const verify = (path: string): Description =>
  withFile(path, (file) => {
    const { crc, description, end } = describe(file)
    const before = beginOf(description, vectorsPart)
    const after = beginOf(description, vectorsPart + 1)
    if (checksum(file, after, end, checksum(file, 0, before)) !== crc) throw new Damaged("its checksum is wrong")
    return description
  })

/** Fills memory from a part of a file that was verified, `skip` bytes after where the part begins. */
export const readPart = (
  path: string,
  description: Description,
  part: number,
  into: NodeJS.ArrayBufferView,
  skip = 0
): void =>
  withFile(path, (file) => {
    const from = beginOf(description, part) + skip
    const length = into.byteLength
    if (skip + length > (description.parts[part] ?? 0)) throw new Damaged("its parts do not fit its count")
    for (let done = 0; done < length; ) {
      const read = readSync(file, into, done, length - done, from + done)
      if (read === 0) throw new Damaged("it ends too early")
      done += read
    }
  })

/** A new name of a file that is being written to become `path`, or to be of use until then. */
export const temporaryOf = (path: string): string =>
  `${path}.${process.pid}-${Math.random().toString(36).slice(2, 8)}.tmp`

/** Has native code begin a file. Why it failed it does not say: what the system says against another byte is thrown where it does. */
const beginFile = (path: string, begin: (path: string) => void): void => {
  try {
    begin(path)
  } catch (cause) {
    const file = openSync(path, "a", 0o600)
    try {
      const more = Buffer.alloc(chunkLength)
      for (let left = more.length; left > 0; ) left -= writeSync(file, more, 0, left)
    } finally {
      closeSync(file)
    }
    throw cause
  }
}

/**
 * Writes a file whole or not at all. Of a graph, `begin` writes the first part itself, at the path it is given, and `vectors` are
 * the last.
 */
export const write = (
  path: string,
  description: Omit<Description, "parts">,
  parts: ReadonlyArray<ArrayBufferView>,
  { begin, vectors }: { readonly begin?: (path: string) => void; readonly vectors?: Iterable<ArrayBufferView> } = {}
): number => {
  const temporary = temporaryOf(path)
  try {
    if (begin !== undefined) {
      beginFile(temporary, begin)
      chmodSync(temporary, 0o600)
    }
    const file = openSync(temporary, begin === undefined ? "wx+" : "r+", 0o600)
    try {
      const first = begin === undefined ? [] : [fstatSync(file).size]
      let at = first[0] ?? 0
      let crc = checksum(file, 0, at)
      const put = (view: ArrayBufferView) => {
        const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength)
        for (let from = 0; from < bytes.length; ) {
          const written = writeSync(file, bytes, from, Math.min(chunkLength * 16, bytes.length - from), at)
          from += written
          at += written
        }
        return bytes
      }
      for (const part of parts) crc = crc32(put(part), crc)
      const last = vectors === undefined ? [] : [at]
      for (const piece of vectors ?? []) put(piece)
      const lengths = [...first, ...parts.map(({ byteLength }) => byteLength), ...last.map((from) => at - from)]
      const whole: Description = { ...description, parts: lengths }
      const text = Buffer.from(JSON.stringify(whole))
      const head = Buffer.concat([text, Buffer.alloc(4)])
      head.writeUInt32LE(text.length, text.length)
      const tail = Buffer.alloc(4)
      tail.writeUInt32LE(crc32(head, crc))
      put(Buffer.concat([head, tail, mark]))
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(temporary, path)
    return description.count
  } catch (cause) {
    rmSync(temporary, { force: true })
    throw cause
  }
}

/** The files that are being written to become `path`, with the process that writes or wrote each. */
export const temporaries = (path: string): ReadonlyArray<{ readonly path: string; readonly pid: number }> => {
  const folder = dirname(path)
  const beginning = `${basename(path)}.`
  return readdirSync(folder).flatMap((name) => {
    const pid = name.startsWith(beginning)
      ? /^(\d+)-[a-z0-9]+\.tmp$/u.exec(name.slice(beginning.length))?.[1]
      : undefined
    return pid === undefined ? [] : [{ path: join(folder, name), pid: Number(pid) }]
  })
}
