import { inflateRaw } from "node:zlib"
import { Effect, Result } from "effect"
import { ImportError } from "../../domain/ImportError.ts"

/** A file in a ZIP archive, as its directory declares it. */
export interface ZipEntry {
  readonly name: string
  readonly method: number
  readonly compressed: number
  readonly size: number
  /** Where its local header begins. */
  readonly offset: number
}

/** What an archive may unpack to, all its files together, in bytes. */
export const maxUnpacked = 128 * 1024 * 1024

const maxEntries = 10_000

/** Whether bytes begin as a ZIP archive does. */
export const isZip = (bytes: Uint8Array): boolean =>
  bytes[0] === 0x50 && bytes[1] === 0x4b && ((bytes[2] === 3 && bytes[3] === 4) || (bytes[2] === 5 && bytes[3] === 6))

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** Where the record at the end of the directory begins. */
const endOf = (data: DataView): number => {
  const last = data.byteLength - 22
  for (let at = last; at >= 0 && at >= last - 0xffff; at--) if (data.getUint32(at, true) === 0x06054b50) return at
  return -1
}

/** Reads the directory of an archive, and checks what it declares. */
export const readDirectory = (bytes: Uint8Array): Result.Result<ReadonlyArray<ZipEntry>, string> => {
  const data = view(bytes)
  const end = endOf(data)
  if (end === -1) return Result.fail("is a ZIP archive that breaks off: its directory is missing")
  const count = data.getUint16(end + 10, true)
  const start = data.getUint32(end + 16, true)
  if (start === 0xffffffff || count === 0xffff) return Result.fail("is a ZIP64 archive, which is larger than is read")
  if (count > maxEntries) return Result.fail(`has ${count} files in it, more than ${maxEntries}`)
  const damaged = Result.fail("is a damaged ZIP archive: its directory cannot be read")
  const entries: Array<ZipEntry> = []
  let [unpacked, packed, at] = [0, 0, start]
  for (let index = 0; index < count; index++) {
    if (at + 46 > end || data.getUint32(at, true) !== 0x02014b50) return damaged
    const name = at + 46
    const length = data.getUint16(at + 28, true)
    if (name + length > end) return damaged
    const entry: ZipEntry = {
      name: new TextDecoder().decode(bytes.subarray(name, name + length)),
      method: data.getUint16(at + 10, true),
      compressed: data.getUint32(at + 20, true),
      size: data.getUint32(at + 24, true),
      offset: data.getUint32(at + 42, true)
    }
    if ((data.getUint16(at + 8, true) & 1) === 1) return Result.fail(`${entry.name} in it is encrypted`)
    if (entry.method !== 0 && entry.method !== 8) return Result.fail(`${entry.name} in it is packed in an unknown way`)
    unpacked += entry.size
    packed += entry.compressed
    if (unpacked > maxUnpacked) return Result.fail("unpacks to more than 128 MB, by what it declares")
    // Files that share their bytes are a bomb, not an archive.
    if (packed > bytes.length) return damaged
    entries.push(entry)
    at = name + length + data.getUint16(at + 30, true) + data.getUint16(at + 32, true)
  }
  return Result.succeed(entries)
}

/** Unpacks one file of an archive, never beyond the size that it declares. */
export const unpack = Effect.fnUntraced(function* (source: string, bytes: Uint8Array, entry: ZipEntry) {
  const fail = (problem: string, cause?: unknown) => new ImportError({ source, at: entry.name, problem, cause })
  const data = view(bytes)
  const { compressed, method, offset, size } = entry
  if (offset + 30 > bytes.length || data.getUint32(offset, true) !== 0x04034b50) {
    return yield* fail("is not where the ZIP archive says it is")
  }
  const from = offset + 30 + data.getUint16(offset + 26, true) + data.getUint16(offset + 28, true)
  const packed = bytes.subarray(from, from + compressed)
  const unpacked =
    method === 0
      ? packed
      : yield* Effect.callback<Uint8Array, ImportError>((resume) => {
          inflateRaw(packed, { maxOutputLength: size + 1 }, (error, result) => {
            const tooLarge = error !== null && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE"
            if (error === null) resume(Effect.succeed(result))
            else if (tooLarge) resume(Effect.fail(fail("unpacks to more than the ZIP archive declares", error)))
            else resume(Effect.fail(fail("cannot be unpacked: the ZIP archive is damaged", error)))
          })
        })
  if (unpacked.length !== size) return yield* fail("is of another size than the ZIP archive declares")
  return unpacked
})
