import { Effect, Result, Stream } from "effect"
import { ImportError } from "../../domain/ImportError.ts"
import { type CsvRecord, delimiterOf, parse, records } from "./CsvRecord.ts"
import type { Contents, Format, Head, Input } from "../Importer.ts"
import { failure } from "../Items.ts"
import { blocks, countLines } from "./Lines.ts"
import { extensionOf } from "../Names.ts"
import { textFaultOf } from "../source/Bytes.ts"
import * as Header from "../table/Header.ts"
import * as References from "../table/References.ts"
import * as Table from "../table/Table.ts"

const isBlank = (cells: ReadonlyArray<string>): boolean => cells.every((cell) => cell.trim() === "")

/** The line with which Excel says what stands between cells: `sep=;`. */
const separatorLine = /^"?sep=(.)"?[^\S\n]*(?:\n|\r(?!\n)|$)/iu

/** What stands between cells, and on which line they begin. */
interface Way {
  readonly delimiter: string
  readonly from: number
}

const toLine = ({ cells, line }: CsvRecord): Header.Line => ({ number: line, cells })

/** The lines at the beginning of a text, blank ones left out. */
const firstLines = (head: Head, { delimiter, from }: Way, limit: number): ReadonlyArray<Header.Line> => {
  const text = head.text.includes("\n") ? head.text : head.text.replaceAll("\r", "\n")
  const found: Array<Header.Line> = []
  for (let at = 0, line = 1; at < text.length && found.length < limit; ) {
    const parsed = parse(text, at, delimiter, head.complete)
    if (parsed === undefined || (parsed.end === text.length && !head.complete)) break
    if (line >= from && Result.isSuccess(parsed.record) && !isBlank(parsed.record.success)) {
      found.push(toLine({ line, cells: parsed.record.success }))
    }
    line += countLines(text, at, parsed.end)
    at = parsed.end
  }
  return found
}

/** What a first line says stands between cells, or has most of; lines above the header may say nothing of it. */
const wayOf = (head: Head, wanted: Header.Wanted | undefined): Way => {
  const said = separatorLine.exec(head.text)?.[1]
  if (said !== undefined) return { delimiter: said, from: 2 }
  const usual = { delimiter: delimiterOf(head.text), from: 1 }
  if (wanted === undefined) return usual
  const ways = [usual, ...[",", ";", "\t", "|"].map((delimiter) => ({ delimiter, from: 1 }))].flatMap((way) => {
    const found = Header.find(firstLines(head, way, Header.maxAbove), wanted)
    return found === undefined ? [] : [{ ...way, isFilled: found.isFilled }]
  })
  return ways.find(({ isFilled }) => isFilled) ?? ways[0] ?? usual
}

/** The names of the columns; none where the text is not CSV with at least two of them. */
export const columnsOf = (head: Head): ReadonlyArray<string> => {
  if (textFaultOf(head) !== undefined) return []
  const [header] = firstLines(head, wayOf(head, undefined), 1)
  return header === undefined || header.cells.length < 2 ? [] : header.cells.map((name) => String(name).trim())
}

/** Whether a text has a table with what is wanted near its beginning. */
export const hasTable = (head: Head, wanted: Header.Wanted): boolean =>
  textFaultOf(head) === undefined &&
  Header.find(firstLines(head, wayOf(head, wanted), Header.maxAbove), wanted) !== undefined

/**
 * Reads the header of a CSV source, with `,`, `;` or a tab between cells. With `wanted`, lines above the header are left
 * out; else it is the first line.
 */
export const table = (input: Contents, wanted?: Header.Wanted): Effect.Effect<Table.Table, ImportError> => {
  const source = input.head.name
  const problem = textFaultOf(input.head)
  if (problem !== undefined) return Effect.fail(new ImportError({ source, reason: "unsupported", problem }))
  const way = wayOf(input.head, wanted)
  const top = firstLines(input.head, way, Header.maxAbove)
  if (top.length === 0 && !input.head.complete) {
    return Effect.fail(
      new ImportError({
        source,
        at: "line 1",
        problem:
          "there is no header within the first 64 KiB: a row must name the columns. If the first row is longer than that, " +
          "leave out columns that nobody reads"
      })
    )
  }
  return Table.make(
    {
      source,
      at: (number) => `line ${number}`,
      top,
      all: records(blocks(input), way.delimiter).pipe(
        Stream.filter((record) => Result.isFailure(record) || record.success.line >= way.from),
        Stream.map((record) =>
          Result.isFailure(record)
            ? failure(source, `line ${record.failure.line}`, record.failure.problem)
            : Result.succeed(toLine(record.success))
        )
      )
    },
    wanted
  )
}

const read = Effect.fnUntraced(function* (input: Input) {
  return yield* References.read(input, yield* table(input, References.wanted(input.options.columns)))
})

/** CSV (RFC 4180) with a header; streamed. */
export const format: Format = {
  name: "csv",
  summary: "rows with a header, separated by comma, semicolon or tab",
  detect: (head) =>
    ["csv", "tsv"].includes(extensionOf(head.name)) ||
    (!/^\s*[[{<]/u.test(head.text) && (columnsOf(head).length > 1 || hasTable(head, References.wanted()))),
  read
}
