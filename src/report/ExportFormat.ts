import { Schema } from "effect"
import { endingOf } from "./Ending.ts"
import { exchangeNames } from "./ExchangeFormats.ts"

/** What references can be written as. OSCAL is a catalog, CycloneDX a standard. */
export const ReferenceFormat = Schema.Literals(["ndjson", "csv", "oscal", "cyclonedx"])
export type ReferenceFormat = typeof ReferenceFormat.Type

/** What relations can be written as; all but `ndjson` and `csv` are formats of others and say the relations of two catalogs. */
export const RelationFormat = Schema.Literals(["ndjson", "csv", ...exchangeNames])
export type RelationFormat = typeof RelationFormat.Type

/** What references or relations can be written as. */
export const ExportFormat = Schema.Literals([...new Set([...RelationFormat.literals, ...ReferenceFormat.literals])])
export type ExportFormat = typeof ExportFormat.Type

/** The format of a file, told by its ending; undefined where that says nothing, as `.json` does. */
export const formatOf = (path: string): "csv" | "ndjson" | undefined => {
  const ending = endingOf(path)
  return ending === "csv" ? "csv" : ["", "ndjson", "jsonl"].includes(ending) ? "ndjson" : undefined
}
