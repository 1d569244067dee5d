import { Schema } from "effect"
import { endingOf } from "./Ending.ts"

/** What references and relations can be written as. OSCAL is a catalog of references, or a mapping of relations. */
export const ExportFormat = Schema.Literals(["ndjson", "csv", "oscal", "cyclonedx"])
export type ExportFormat = typeof ExportFormat.Type

/** The format of a file, told by its ending; undefined where that says nothing, as `.json` does. */
export const formatOf = (path: string): ExportFormat | undefined => {
  const ending = endingOf(path)
  return ending === "csv" ? "csv" : ["", "ndjson", "jsonl"].includes(ending) ? "ndjson" : undefined
}
