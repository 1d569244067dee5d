import * as AsvsFlat from "./asvs/AsvsFlat.ts"
import * as AsvsNested from "./asvs/AsvsNested.ts"
import * as Csv from "./text/Csv.ts"
import * as CweCsv from "./cwe/CweCsv.ts"
import * as CweXml from "./cwe/CweXml.ts"
import * as CycloneDx from "./CycloneDx.ts"
import * as Exported from "./Exported.ts"
import type { Format } from "./Importer.ts"
import * as Json from "./text/Json.ts"
import * as Markdown from "./markdown/Markdown.ts"
import * as Ndjson from "./text/Ndjson.ts"
import * as OpenCre from "./opencre/OpenCre.ts"
import * as Oscal from "./oscal/Oscal.ts"
import * as Reqif from "./reqif/Reqif.ts"
import * as Sdoc from "./sdoc/Sdoc.ts"
import * as CisoAssistant from "./sets/CisoAssistant.ts"
import * as ComplianceAsCode from "./sets/ComplianceAsCode.ts"
import * as Doorstop from "./sets/Doorstop.ts"
import * as Gemara from "./sets/Gemara.ts"
import * as Needs from "./sets/Needs.ts"
import * as OpenControl from "./sets/OpenControl.ts"
import * as OpenFastTrace from "./sets/OpenFastTrace.ts"
import * as Prowler from "./sets/Prowler.ts"
import * as Scorecard from "./sets/Scorecard.ts"
import * as Stix from "./sets/Stix.ts"
import * as Xlsx from "./xlsx/Xlsx.ts"
import * as Yaml from "./text/Yaml.ts"

/** The formats there are. The first that recognises a source reads it, so the particular stand before the general. */
export const formats: ReadonlyArray<Format> = [
  Exported.ndjson,
  Exported.csv,
  Reqif.format,
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
  OpenFastTrace.xml,
  OpenFastTrace.json,
  Sdoc.format,
  OpenCre.format,
  CisoAssistant.format,
  Gemara.format,
  ComplianceAsCode.format,
  Prowler.format,
  OpenControl.format,
  Scorecard.format,
  Stix.format,
  Needs.format,
  Doorstop.format,
  Ndjson.format,
  Markdown.format,
  Yaml.format,
  Json.format,
  Csv.format
]
