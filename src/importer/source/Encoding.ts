import { Effect, Stream } from "effect"
import { ImportError } from "../../domain/ImportError.ts"
import { setOption } from "../../domain/Remedy.ts"

/** What a person is told about bytes that are not UTF-8. */
export const notUtf8 =
  "is not UTF-8, so nothing is read. Say its encoding, such as windows-1252 (what Excel writes on Windows) or " +
  "macintosh, or save the file as UTF-8"

const sample = 4096

/** Archives and other files that are no text whatever their encoding. */
const isPacked = ([a, b, c, d]: Uint8Array): boolean =>
  (a === 0x50 && b === 0x4b) || (a === 0x1f && b === 0x8b) || (a === 0xd0 && b === 0xcf && c === 0x11 && d === 0xe0)

/** UTF-16 by its mark, or by every second byte of what is mostly Latin letters, digits and separators. */
const utf16Of = (bytes: Uint8Array): "utf-16le" | "utf-16be" | undefined => {
  const [first, second] = bytes
  if (first === 0xff && second === 0xfe) return "utf-16le"
  if (first === 0xfe && second === 0xff) return "utf-16be"
  const start = bytes.subarray(0, sample)
  const nuls = [0, 0]
  for (const [index, byte] of start.entries()) if (byte === 0) nuls[index % 2] = (nuls[index % 2] ?? 0) + 1
  const [even = 0, odd = 0] = nuls
  const enough = Math.max(2, start.length / 50)
  if (odd >= enough && even <= odd / 20) return "utf-16le"
  return even >= enough && odd <= even / 20 ? "utf-16be" : undefined
}

/** The encoding a text is decoded from; `undefined` where it is UTF-8, or no text at all. */
export const encodingOf = (
  source: string,
  start: Uint8Array,
  wanted: string | undefined
): Effect.Effect<string | undefined, ImportError> => {
  if (isPacked(start)) return Effect.succeed(undefined)
  if (wanted === undefined) return Effect.succeed(utf16Of(start))
  return Effect.try({
    try: () => {
      const { encoding } = new TextDecoder(wanted)
      return encoding === "utf-8" ? undefined : encoding
    },
    catch: (cause) =>
      new ImportError({
        source,
        reason: "option",
        remedy: setOption("encoding", "windows-1252"),
        problem: `there is no encoding ${JSON.stringify(wanted)}; there are utf-8, utf-16le, windows-1252, macintosh and others`,
        cause
      })
  })
}

/** Bytes of a text in another encoding as UTF-8. */
export const toUtf8 = (
  source: string,
  bytes: Stream.Stream<Uint8Array, ImportError>,
  encoding: string
): Stream.Stream<Uint8Array, ImportError> =>
  Stream.suspend(() => {
    const decoder = new TextDecoder(encoding, { fatal: true })
    const encoder = new TextEncoder()
    const decode = (piece?: Uint8Array) =>
      Effect.try({
        try: () => encoder.encode(piece === undefined ? decoder.decode() : decoder.decode(piece, { stream: true })),
        catch: (cause) =>
          new ImportError({
            source,
            reason: "option",
            problem: `is not ${encoding}. Say its encoding`,
            remedy: setOption("encoding"),
            cause
          })
      })
    return Stream.concat(Stream.mapEffect(bytes, decode), Stream.fromEffect(Effect.suspend(decode))).pipe(
      Stream.filter((piece) => piece.length > 0)
    )
  })
