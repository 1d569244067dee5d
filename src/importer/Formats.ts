import * as AsvsFlat from "./AsvsFlat.ts"
import * as AsvsNested from "./AsvsNested.ts"
import * as Csv from "./Csv.ts"
import * as CweCsv from "./CweCsv.ts"
import * as CweXml from "./CweXml.ts"
import * as CycloneDx from "./CycloneDx.ts"
import * as Exported from "./Exported.ts"
import type { Format } from "./Importer.ts"
import * as Json from "./Json.ts"
import * as Markdown from "./Markdown.ts"
import * as Ndjson from "./Ndjson.ts"
import * as OpenCre from "./OpenCre.ts"
import * as Oscal from "./Oscal.ts"
import * as Xlsx from "./Xlsx.ts"
import * as Yaml from "./Yaml.ts"

/** The formats there are. The first that recognises a source reads it, so the particular stand before the general. */
export const formats: ReadonlyArray<Format> = [
  Exported.ndjson,
  Exported.csv,
  Xlsx.format,
  AsvsNested.legacy,
  AsvsNested.format,
  AsvsFlat.json,
  AsvsFlat.csv,
  CycloneDx.format,
  Oscal.catalog,
  Oscal.profile,
  CweXml.format,
  CweCsv.format,
  OpenCre.format,
  Ndjson.format,
  Markdown.format,
  Yaml.format,
  Json.format,
  Csv.format
]
