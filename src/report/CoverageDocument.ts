import { Effect, Schema, Stream } from "effect"
import { CoverageReport } from "../domain/Coverage.ts"
import { ImportError } from "../domain/ImportError.ts"
import type { CoverageFormat } from "./CoverageFormat.ts"
import * as CoverageCsv from "./CoverageCsv.ts"
import * as CoverageHtml from "./CoverageHtml.ts"
import * as CoverageJUnit from "./CoverageJUnit.ts"
import * as CoverageMarkdown from "./CoverageMarkdown.ts"
import * as CoverageSarif from "./CoverageSarif.ts"
import * as CoverageText from "./CoverageText.ts"
import { toJson } from "./Safe.ts"

export { type CoverageFormat, endings, formatOf, formats } from "./CoverageFormat.ts"

/** How a document is made. */
export interface CoverageDocumentOptions {
  /** The file of a repository that SARIF points at, such as `requirements.csv`. */
  readonly file?: string | undefined
  /** The version of the program that SARIF names. Default: none. */
  readonly version?: string | undefined
}

/**
 * A coverage report as a document.
 *
 * @example
 * import { Effect } from "effect"
 * import { Coverage, CoverageDocument } from "crosswalk"
 *
 * const page = Effect.gen(function*() {
 *   const coverage = yield* Coverage
 *   const report = yield* coverage.report({ to: "asvs@5.0.0", by: "company@2026.1" })
 *   return CoverageDocument.render(report, "html")
 * })
 */
export const render = (
  report: CoverageReport,
  format: CoverageFormat,
  options: CoverageDocumentOptions = {}
): string => {
  switch (format) {
    case "table":
      return CoverageText.render(report)
    case "json":
      return `${toJson(report)}\n`
    case "csv":
      return CoverageCsv.render(report)
    case "markdown":
      return CoverageMarkdown.render(report)
    case "html":
      return CoverageHtml.render(report)
    case "sarif":
      return CoverageSarif.render(report, options)
    case "junit":
      return CoverageJUnit.render(report)
  }
}

const decodeReport = Schema.decodeUnknownEffect(Schema.fromJsonString(CoverageReport))

/** Reads a report that was written as `json`. `source` stands in errors. */
export const read = Effect.fn("CoverageDocument.read")(function* (
  source: string,
  bytes: Stream.Stream<Uint8Array, ImportError>
) {
  const pieces = yield* Stream.runCollect(Stream.decodeText(bytes))
  return yield* decodeReport(pieces.join("")).pipe(
    Effect.mapError(
      (cause) =>
        new ImportError({
          source,
          problem: "is not a report of coverage in JSON. Write it again with this version",
          cause
        })
    )
  )
})
