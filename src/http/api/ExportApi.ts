import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { ReferenceExportOptions, RelationExportOptions, WorkbookOptions } from "../../report/CatalogExport.ts"
import {
  type ExportFormat,
  mediaTypes,
  ReferenceFormat,
  RelationFormat,
  workbookType
} from "../../report/ExportFormat.ts"
import { NotAcceptable, problems } from "../Problem.ts"

/** A file of one of these formats, sent as it is written. */
const file = (formats: ReadonlyArray<ExportFormat>) =>
  HttpApiSchema.StreamUint8Array({ contentType: [...new Set(formats.map((format) => mediaTypes[format]))] })

const description =
  "It is the state of one moment. A file that is complete ends as HTTP says it does; where writing it fails, the connection " +
  "breaks off. Without `format` it is the first that fits `Accept`."

/** References and relations as files of the formats of this and other programs. */
export class ExportApi extends HttpApiGroup.make("export")
  .add(
    HttpApiEndpoint.get("references", "/export/references", {
      query: ReferenceExportOptions.fields,
      success: file(ReferenceFormat.literals),
      error: [...problems, NotAcceptable]
    }).annotateMerge(OpenApi.annotations({ summary: "The references of a catalog as a file", description })),
    HttpApiEndpoint.get("relations", "/export/relations", {
      query: RelationExportOptions.fields,
      success: file(RelationFormat.literals),
      error: [...problems, NotAcceptable]
    }).annotateMerge(OpenApi.annotations({ summary: "Relations as a file", description })),
    HttpApiEndpoint.get("workbook", "/export/workbook", {
      query: WorkbookOptions.fields,
      success: HttpApiSchema.StreamUint8Array({ contentType: workbookType }),
      error: problems
    }).annotateMerge(
      OpenApi.annotations({ summary: "The relations of two catalogs as a workbook of Excel", description })
    )
  )
  .annotateMerge(OpenApi.annotations({ title: "Export" })) {}
