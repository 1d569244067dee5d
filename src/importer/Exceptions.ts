import { Effect, Result, Schema, Stream } from "effect"
import { CoverageException } from "../domain/Coverage.ts"
import { ImportError } from "../domain/ImportError.ts"
import { withHead } from "./source/Bytes.ts"
import { decodeAt, readDocument } from "./Documents.ts"
import { extensionOf } from "./Names.ts"
import * as CsvTable from "./text/CsvTable.ts"

const strict = { onExcessProperty: "error" } as const
const decodeOne = Schema.decodeUnknownResult(CoverageException, strict)
const decodeList = Schema.decodeUnknownResult(Schema.Array(CoverageException), strict)
const decodeFile = Schema.decodeUnknownResult(Schema.Struct({ exceptions: Schema.Array(CoverageException) }), strict)

const fromCsv = Effect.fnUntraced(function* (source: string, bytes: Stream.Stream<Uint8Array, ImportError>) {
  const rows = yield* Stream.runCollect(CsvTable.rows(source, bytes, ["reference", "reason", "by"]))
  return yield* Effect.forEach(rows, (row) => {
    if (Result.isFailure(row)) return Effect.fail(row.failure)
    const { at, cell } = row.success
    const until = cell("until")
    const value = {
      reference: cell("reference"),
      reason: cell("reason"),
      by: cell("by"),
      ...(until === undefined ? {} : { until })
    }
    return decodeAt(source, at, decodeOne, value)
  })
})

/**
 * Reads exceptions: a list, or an object with `exceptions`, in JSON or YAML, or CSV with the same fields as columns. Each
 * has `reference`, `reason`, `by` and optionally `until`, a day. One that is wrong fails the whole: an exception that is
 * left out by accident would only be noticed too late.
 */
export const read = Effect.fn("Exceptions.read")(function* (
  source: string,
  bytes: Stream.Stream<Uint8Array, ImportError>
) {
  if (["csv", "tsv", "xlsx"].includes(extensionOf(source))) return yield* fromCsv(source, bytes)
  const opened = yield* withHead(source, bytes)
  if (opened.head.complete && opened.head.text.trim() === "") {
    return yield* new ImportError({ source, problem: "is empty; without exceptions it is []" })
  }
  const document = yield* readDocument(opened)
  return Array.isArray(document)
    ? yield* decodeAt(source, "$", decodeList, document)
    : (yield* decodeAt(source, "$", decodeFile, document)).exceptions
})
