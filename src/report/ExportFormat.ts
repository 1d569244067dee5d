import { Schema } from "effect"
import { endingOf } from "./Ending.ts"
import { exchangeNames, type WorkbookName, workbookNames } from "./ExchangeFormats.ts"

/** What references can be written as. OSCAL is a catalog, CycloneDX a standard. */
export const ReferenceFormat = Schema.Literals(["ndjson", "csv", "oscal", "cyclonedx"])
export type ReferenceFormat = typeof ReferenceFormat.Type

/** What relations can be written as; all but `ndjson` and `csv` are formats of others and say the relations of two catalogs. */
export const RelationFormat = Schema.Literals(["ndjson", "csv", ...exchangeNames])
export type RelationFormat = typeof RelationFormat.Type

/** What references or relations can be written as. */
export const ExportFormat = Schema.Literals([...new Set([...RelationFormat.literals, ...ReferenceFormat.literals])])
export type ExportFormat = typeof ExportFormat.Type

/** How the files of each format end. */
export const endings: Readonly<Record<ExportFormat, ReadonlyArray<string>>> = {
  ndjson: ["ndjson", "jsonl"],
  csv: ["csv"],
  oscal: ["json"],
  cyclonedx: ["json"],
  sssom: ["tsv"],
  strm: ["csv", "xlsx"],
  "ciso-assistant": ["yaml", "yml", "xlsx"],
  gemara: ["yaml", "yml"],
  trestle: ["csv"],
  ctid: ["json"],
  pairs: ["csv", "xlsx"]
}

/** What the content of each format is called on the web. */
export const mediaTypes: Readonly<Record<ExportFormat, string>> = {
  ndjson: "application/x-ndjson",
  csv: "text/csv",
  oscal: "application/json",
  cyclonedx: "application/json",
  sssom: "text/tab-separated-values",
  strm: "text/csv",
  "ciso-assistant": "application/yaml",
  gemara: "application/yaml",
  trestle: "text/csv",
  ctid: "application/json",
  pairs: "text/csv"
}

/** What a workbook of Excel is called on the web. */
export const workbookType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

/** The format whose workbook a file is, told by its ending. */
export const workbookOf = (path: string, format: ExportFormat): WorkbookName | undefined =>
  endingOf(path) === "xlsx" ? workbookNames.find((name) => name === format) : undefined

/** The format of a file, told by its ending; undefined where that says nothing, as `.json` does. */
export const formatOf = (path: string): "csv" | "ndjson" | undefined => {
  const ending = endingOf(path)
  return ending === "csv" ? "csv" : ["", "ndjson", "jsonl"].includes(ending) ? "ndjson" : undefined
}
