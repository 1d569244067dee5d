import { Effect, Sink, Stream } from "effect"
import { ImportError } from "../../domain/ImportError.ts"
import { setOption } from "../../domain/Remedy.ts"
import type { Contents, Head } from "../Importer.ts"
import { encodingOf, notUtf8, toUtf8 } from "./Encoding.ts"

/** The largest source that is read whole, in bytes. */
export const maxWhole = 64 * 1024 * 1024

const headSize = 64 * 1024

/** Strict UTF-8 that keeps a byte order mark as the character it is. */
export const strictUtf8 = (bytes: Uint8Array): string =>
  new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes)

/** UTF-8 with U+FFFD for what is not. */
export const lenientUtf8 = (bytes: Uint8Array): string => new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes)

/** Several pieces as one. */
export const join = (pieces: ReadonlyArray<Uint8Array>): Uint8Array => {
  const [first] = pieces
  if (first !== undefined && pieces.length === 1) return first
  const whole = new Uint8Array(pieces.reduce((size, piece) => size + piece.length, 0))
  let offset = 0
  for (const piece of pieces) {
    whole.set(piece, offset)
    offset += piece.length
  }
  return whole
}

const stripMark = (text: string): string => (text.startsWith("\uFEFF") ? text.slice(1) : text)

const peel = Effect.fnUntraced(function* (bytes: Stream.Stream<Uint8Array, ImportError>) {
  const [beginning, rest] = yield* Stream.peel(
    bytes,
    Sink.reduceWhile(
      () => ({ pieces: new Array<Uint8Array>(), size: 0 }),
      ({ size }) => size <= headSize,
      ({ pieces, size }, piece: Uint8Array) => ({ pieces: [...pieces, piece], size: size + piece.length })
    )
  )
  return { start: join(beginning.pieces), bytes: Stream.concat(Stream.fromArray(beginning.pieces), rest) }
})

/**
 * Takes the beginning off a stream of bytes and puts it back in front. A text in UTF-16 becomes UTF-8, and so does one in
 * the encoding that is said.
 */
export const withHead = Effect.fnUntraced(function* (
  name: string,
  bytes: Stream.Stream<Uint8Array, ImportError>,
  wanted?: string
) {
  const raw = yield* peel(bytes)
  const encoding = yield* encodingOf(name, raw.start, wanted)
  const text = encoding === undefined ? raw : yield* peel(toUtf8(name, raw.bytes, encoding))
  const start = text.start.subarray(0, headSize)
  const head: Head = {
    name,
    bytes: start,
    text: stripMark(lenientUtf8(start)),
    complete: text.start.length <= headSize
  }
  return { head, bytes: text.bytes }
})

/** Much of it is NUL, or no UTF-8 beside a NUL. A single one may be an accident of one row. */
const isBinary = (text: string): boolean => {
  const start = text.slice(0, 4096)
  if (!start.includes("\0")) return false
  const count = (character: string) => start.split(character).length - 1
  return count("\0") > start.length / 50 || count("\uFFFD") > start.length / 10
}

/** What is wrong with a source whatever its format; `undefined` where nothing is. */
export const faultOf = ({ bytes, complete, text }: Head): string | undefined => {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return "is compressed (gzip). Unpack it first"
  return text.trim() === "" && complete ? "is empty" : undefined
}

/** What is wrong with a source that is read as text. */
export const textFaultOf = ({ text }: Head): string | undefined =>
  isBinary(text) ? "is not text, and of no format that is known" : undefined

/** The line of the first byte that is not UTF-8, from 1. */
const badLine = (bytes: Uint8Array): number => {
  let line = 1
  for (let start = 0; start < bytes.length; line++) {
    const end = bytes.indexOf(10, start)
    try {
      strictUtf8(bytes.subarray(start, end === -1 ? bytes.length : end))
    } catch {
      return line
    }
    if (end === -1) break
    start = end + 1
  }
  return line
}

/** A whole source; at most {@link maxWhole} bytes. `remedy` says what to do about a larger one. */
export const readBytes = Effect.fnUntraced(function* (input: Contents, remedy: string) {
  const source = input.head.name
  const { pieces } = yield* Stream.runFoldEffect(
    input.bytes,
    () => ({ pieces: new Array<Uint8Array>(), size: 0 }),
    (state, piece) => {
      state.pieces.push(piece)
      state.size += piece.length
      return state.size <= maxWhole
        ? Effect.succeed(state)
        : Effect.fail(
            new ImportError({
              source,
              reason: "unsupported",
              problem: `is larger than 64 MB, which is read whole in this format. ${remedy}`
            })
          )
    }
  )
  return join(pieces)
})

/** A whole source as text, for formats that cannot be read in pieces; at most {@link maxWhole} bytes. */
export const readText = Effect.fnUntraced(function* (input: Contents) {
  const source = input.head.name
  const whole = yield* readBytes(input, "Write it as NDJSON or CSV, which are read row by row, or split it")
  return yield* Effect.try({
    try: () => stripMark(strictUtf8(whole)),
    catch: (cause) =>
      new ImportError({
        source,
        at: `line ${badLine(whole)}`,
        problem: notUtf8,
        remedy: setOption("encoding", "windows-1252"),
        cause
      })
  })
})
