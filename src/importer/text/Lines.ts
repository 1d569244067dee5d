import { isUtf8 } from "node:buffer"
import { Effect, Stream } from "effect"
import { ImportError } from "../../domain/ImportError.ts"
import { setOption } from "../../domain/Remedy.ts"
import { join, lenientUtf8 } from "../source/Bytes.ts"
import { notUtf8 } from "../source/Encoding.ts"
import type { Contents } from "../Importer.ts"

/** Whole lines of a source; only the last line of the last block may lack its end. */
export interface Block {
  readonly text: string
  /** The number of its first line, from 1. */
  readonly line: number
}

/** The longest line, in bytes. */
const maxLine = 16 * 1024 * 1024

const lineFeed = 10
const carriageReturn = 13

/** How often a text ends a line. */
export const countLines = (text: string, from = 0, to = text.length): number => {
  let lines = 0
  for (let at = text.indexOf("\n", from); at !== -1 && at < to; at = text.indexOf("\n", at + 1)) lines++
  return lines
}

/** As many bytes are seen before any is given on: a text that is not UTF-8 is refused whole, not from its first umlaut on. */
const maxHeld = 64 * 1024 * 1024

interface State {
  /** The beginning of a line whose end has not come. */
  pending: Array<Uint8Array>
  size: number
  /** The number of that line. */
  line: number
  /** What waits until enough was seen, and how much was. */
  held: Array<Block>
  seen: number
}

/** The number of the first line that is not UTF-8. */
const badLine = (bytes: Uint8Array, line: number): number => {
  for (let start = 0, number = line; ; number++) {
    const feed = bytes.indexOf(lineFeed, start)
    if (feed === -1 || !isUtf8(bytes.subarray(start, feed))) return number
    start = feed + 1
  }
}

/** Adds whole lines to what is held; the number of a line that is not UTF-8 where there is one. */
const hold = (state: State, bytes: Uint8Array): number | undefined => {
  const isMarked = state.line === 1 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
  const content = isMarked ? bytes.subarray(3) : bytes
  if (!isUtf8(content)) return badLine(content, state.line)
  const text = lenientUtf8(content)
  state.held.push({ text, line: state.line })
  state.line += countLines(text)
  state.seen += bytes.length
  return undefined
}

/** Files that end their lines with a lone CR (old spreadsheets on a Mac) are read as if it were LF. */
const normalise = (input: Contents): Stream.Stream<Uint8Array, ImportError> =>
  input.head.text.includes("\r") && !input.head.text.includes("\n")
    ? Stream.map(input.bytes, (bytes) => bytes.map((byte) => (byte === carriageReturn ? lineFeed : byte)))
    : input.bytes

/** The end of a source: there are no more bytes, or it breaks off. */
type End = "end" | ImportError

/** Takes the next bytes, or the end; gives on what may be, and the error that comes after it. */
const step = (state: State, piece: Uint8Array | End, fault: (line: number, problem: string) => ImportError) => {
  if (piece instanceof ImportError) return [...state.held.splice(0), piece]
  const end = piece === "end" ? 0 : piece.lastIndexOf(lineFeed) + 1
  if (piece === "end" ? state.size > 0 : end > 0) {
    const bad = hold(state, join([...state.pending, ...(piece === "end" ? [] : [piece.subarray(0, end)])]))
    if (bad !== undefined) return [fault(bad, notUtf8)]
    state.pending = []
    state.size = 0
  }
  if (piece === "end") return state.held.splice(0)
  if (end < piece.length) {
    state.pending.push(piece.subarray(end))
    state.size += piece.length - end
  }
  if (state.size > maxLine) return [fault(state.line, "is longer than 16 MB. Is the format right?")]
  return state.seen > maxHeld ? state.held.splice(0) : []
}

/** A source as blocks of whole lines, a block about as large as the pieces of bytes that come. */
export const blocks = (input: Contents): Stream.Stream<Block, ImportError> => {
  const fault = (line: number, problem: string) =>
    new ImportError({
      source: input.head.name,
      at: `line ${line}`,
      problem,
      remedy: problem === notUtf8 ? setOption("encoding", "windows-1252") : undefined
    })
  const pieces: Stream.Stream<Uint8Array | End> = normalise(input).pipe(
    Stream.concat(Stream.succeed<End>("end")),
    Stream.catch((error) => Stream.succeed<End>(error))
  )
  return pieces.pipe(
    Stream.mapAccum(
      (): State => ({ pending: [], size: 0, line: 1, held: [], seen: 0 }),
      (state, piece): readonly [State, ReadonlyArray<Block | ImportError>] => [state, step(state, piece, fault)]
    ),
    Stream.rechunk(1),
    Stream.mapEffect((block) => (block instanceof ImportError ? Effect.fail(block) : Effect.succeed(block)))
  )
}
