import { Effect, Stream } from "effect"
import { ImportError } from "../../domain/ImportError.ts"
import { join, lenientUtf8, strictUtf8 } from "../source/Bytes.ts"
import type { Contents } from "../Importer.ts"

/** Whole lines of a source; only the last line of the last block may lack its end. */
export interface Block {
  readonly text: string
  /** The number of its first line, from 1. */
  readonly line: number
  /** The numbers of lines that are not UTF-8; their text has U+FFFD in it. */
  readonly invalid: ReadonlyArray<number>
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

const toBlock = (bytes: Uint8Array, line: number): Block => {
  const skip = line === 1 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0
  const content = bytes.subarray(skip)
  try {
    return { text: strictUtf8(content), line, invalid: [] }
  } catch {
    const invalid: Array<number> = []
    let text = ""
    for (let start = 0, number = line; start < content.length; number++) {
      const feed = content.indexOf(lineFeed, start)
      const end = feed === -1 ? content.length : feed + 1
      const bytesOfLine = content.subarray(start, end)
      try {
        text += strictUtf8(bytesOfLine)
      } catch {
        invalid.push(number)
        text += lenientUtf8(bytesOfLine)
      }
      start = end
    }
    return { text, line, invalid }
  }
}

interface State {
  /** The beginning of a line whose end has not come. */
  pending: Array<Uint8Array>
  size: number
  /** The number of that line. */
  line: number
}

/** Files that end their lines with a lone CR (old spreadsheets on a Mac) are read as if it were LF. */
const normalise = (input: Contents): Stream.Stream<Uint8Array, ImportError> =>
  input.head.text.includes("\r") && !input.head.text.includes("\n")
    ? Stream.map(input.bytes, (bytes) => bytes.map((byte) => (byte === carriageReturn ? lineFeed : byte)))
    : input.bytes

/** A source as blocks of whole lines, a block about as large as the pieces of bytes that come. */
export const blocks = (input: Contents): Stream.Stream<Block, ImportError> =>
  normalise(input).pipe(
    Stream.mapAccumArrayEffect(
      (): State => ({ pending: [], size: 0, line: 1 }),
      (state, pieces) => {
        const found: Array<Block> = []
        for (const piece of pieces) {
          const end = piece.lastIndexOf(lineFeed) + 1
          if (end > 0) {
            const block = toBlock(join([...state.pending, piece.subarray(0, end)]), state.line)
            found.push(block)
            state.line += countLines(block.text)
            state.pending = []
            state.size = 0
          }
          if (end < piece.length) {
            state.pending.push(piece.subarray(end))
            state.size += piece.length - end
          }
        }
        return state.size <= maxLine
          ? Effect.succeed([state, found] as const)
          : Effect.fail(
              new ImportError({
                source: input.head.name,
                at: `line ${state.line}`,
                problem: "is longer than 16 MB. Is the format right?"
              })
            )
      },
      { onHalt: (state) => (state.size === 0 ? [] : [toBlock(join(state.pending), state.line)]) }
    )
  )
