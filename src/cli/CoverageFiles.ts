import { Effect, Schema, Stream } from "effect"
import manifest from "../../package.json" with { type: "json" }
import * as CoverageCsv from "../report/CoverageCsv.ts"
import * as CoverageHtml from "../report/CoverageHtml.ts"
import * as CoverageJUnit from "../report/CoverageJUnit.ts"
import * as CoverageMarkdown from "../report/CoverageMarkdown.ts"
import * as CoverageSarif from "../report/CoverageSarif.ts"
import * as Exceptions from "../importer/Exceptions.ts"
import { CoverageReport } from "../domain/Coverage.ts"
import { ImportError } from "../domain/ImportError.ts"
import { ValidationError } from "../domain/ValidationError.ts"
import * as Sources from "../importer/Sources.ts"
import type { Format } from "./commands/coverage.ts"
import { coverageTable, plain } from "./CoverageTable.ts"
import { joinLines, toJson } from "./Safe.ts"

/** The format that the ending of a file asks for. */
const endings: Readonly<Record<string, Format>> = {
  txt: "table",
  json: "json",
  csv: "csv",
  md: "markdown",
  html: "html",
  htm: "html",
  sarif: "sarif",
  xml: "junit"
}

/** The format of a file, told by its ending. */
export const formatOf = (path: string): Effect.Effect<Format, ValidationError> => {
  const format = endings[/\.([^.\\/]+)$/u.exec(path)?.[1]?.toLowerCase() ?? ""]
  return format === undefined
    ? Effect.fail(
        new ValidationError({
          field: "--output",
          value: path,
          constraint: "does not tell the format",
          expected: `a name that ends in ${Object.keys(endings)
            .map((ending) => `.${ending}`)
            .join(", ")}`
        })
      )
    : Effect.succeed(format)
}

const decodeReport = Schema.decodeUnknownEffect(Schema.fromJsonString(CoverageReport))

/** An earlier report, as `--json` wrote it. */
export const readBaseline = Effect.fnUntraced(function* (path: string) {
  const pieces = yield* Stream.runCollect(Stream.decodeText(yield* Sources.bytes(path)))
  return yield* decodeReport(pieces.join("")).pipe(
    Effect.mapError(
      (cause) =>
        new ImportError({
          source: path,
          problem: "is not a report of 'crosswalk coverage --json'. Write it again with this version",
          cause
        })
    )
  )
})

/** The report as a document. `file` is what SARIF points at. */
export const render = (report: CoverageReport, format: Format, file: string | undefined): string => {
  switch (format) {
    case "table":
      return `${joinLines(coverageTable(plain, report))}\n`
    case "json":
      return `${toJson(report)}\n`
    case "csv":
      return CoverageCsv.render(report)
    case "markdown":
      return CoverageMarkdown.render(report)
    case "html":
      return CoverageHtml.render(report)
    case "sarif":
      return CoverageSarif.render(report, { version: manifest.version, file })
    case "junit":
      return CoverageJUnit.render(report)
  }
}

/** The exceptions of a file. */
export const readExceptions = Effect.fnUntraced(function* (path: string) {
  return yield* Exceptions.read(path, yield* Sources.bytes(path))
})
