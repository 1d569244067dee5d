import { Result, Stream } from "effect"
import type { ImportError } from "../../domain/ImportError.ts"
import { type Block, countLines } from "./Lines.ts"

/** The cells of a record and the line it begins on. */
export interface CsvRecord {
  readonly line: number
  readonly cells: ReadonlyArray<string>
}

/** A record that cannot be read. */
export interface CsvFault {
  readonly line: number
  readonly problem: string
}

interface Parsed {
  /** The cells, or what is wrong. */
  readonly record: Result.Result<ReadonlyArray<string>, string>
  /** Where the next record begins. */
  readonly end: number
}

/** The longest record, in characters: a quote that is never closed is given up after as many. */
const maxRecord = 1024 * 1024

/** A formula that stands for a text, as programs write it: separators between its quotation marks are no separators. */
const formula = /=(?:"(?:[^"\n]|"")*"|HYPERLINK\("(?:[^"\n]|"")*"[,;]"(?:[^"\n]|"")*"\))/iy

/** Where a formula that is a whole cell ends; `start` where none begins. */
const endOfFormula = (text: string, start: number, delimiter: string): number => {
  if (text[start] !== "=") return start
  formula.lastIndex = start
  const end = start + (formula.exec(text)?.[0].length ?? 0)
  const next = text[end]
  return next === undefined || next === delimiter || next === "\n" || next === "\r" ? end : start
}

const unclosed = "a quotation mark is opened here and not closed"

/**
 * Reads one record of RFC 4180 from `start`. `undefined` when it goes on beyond the text.
 *
 * After a fault the next record begins on the next line, so that a stray quotation mark costs one row, not the rest.
 */
export const parse = (text: string, start: number, delimiter: string, final: boolean): Parsed | undefined => {
  const cells: Array<string> = []
  const fault = (problem: string): Parsed => {
    const feed = text.indexOf("\n", start)
    return { record: Result.fail(problem), end: feed === -1 ? text.length : feed + 1 }
  }
  for (let at = start; ; ) {
    let cell = ""
    if (text[at] === '"') {
      for (let from = at + 1; ; ) {
        const quote = text.indexOf('"', from)
        if (quote === -1) return final || text.length - start > maxRecord ? fault(unclosed) : undefined
        if (text[quote + 1] !== '"') {
          cell += text.slice(from, quote)
          at = quote + 1
          break
        }
        cell += text.slice(from, quote + 1)
        from = quote + 2
      }
    } else {
      const from = at
      at = endOfFormula(text, at, delimiter)
      while (at < text.length && text[at] !== delimiter && text[at] !== "\n") at++
      cell = text[at] === "\n" && text[at - 1] === "\r" && at > from ? text.slice(from, at - 1) : text.slice(from, at)
      if (cell.trimStart().startsWith('"')) return fault("a quotation mark must be the first character of its cell")
    }
    cells.push(cell)
    if (at - start > maxRecord) return fault("the row is longer than 1 MB")
    if (text[at] === delimiter) at++
    else if (at >= text.length) return { record: Result.succeed(cells), end: at }
    else if (text[at] === "\n") return { record: Result.succeed(cells), end: at + 1 }
    else if (text.startsWith("\r\n", at)) return { record: Result.succeed(cells), end: at + 2 }
    else if (text[at] === "\r" && at + 1 >= text.length) return { record: Result.succeed(cells), end: at + 1 }
    else return fault('text follows a closing quotation mark; inside quotation marks write "" for one')
  }
}

interface State {
  rest: string
  line: number
}

const take = (state: State, delimiter: string, final: boolean): Array<Result.Result<CsvRecord, CsvFault>> => {
  const found: Array<Result.Result<CsvRecord, CsvFault>> = []
  let start = 0
  while (start < state.rest.length) {
    const parsed = parse(state.rest, start, delimiter, final)
    if (parsed === undefined) break
    const line = state.line
    state.line += countLines(state.rest, start, parsed.end)
    start = parsed.end
    found.push(
      Result.mapBoth(parsed.record, {
        onSuccess: (cells) => ({ line, cells }),
        onFailure: (problem) => ({ line, problem })
      })
    )
  }
  state.rest = state.rest.slice(start)
  return found
}

/** The delimiter of a CSV text: what its first line, outside of quotation marks, has most of. */
export const delimiterOf = (text: string): string => {
  const first = text.replace(/"[^"]*"/gu, "").split("\n", 1)[0] ?? ""
  let best = ","
  for (const candidate of [";", "\t"]) {
    if (first.split(candidate).length > first.split(best).length) best = candidate
  }
  return best
}

/** Blocks of lines as records, header and blank ones included. */
export const records = (
  blocks: Stream.Stream<Block, ImportError>,
  delimiter: string
): Stream.Stream<Result.Result<CsvRecord, CsvFault>, ImportError> =>
  blocks.pipe(
    Stream.mapAccum(
      (): State => ({ rest: "", line: 1 }),
      (state, block) => {
        state.rest += block.text
        return [state, take(state, delimiter, false)]
      },
      { onHalt: (state) => take(state, delimiter, true) }
    )
  )
