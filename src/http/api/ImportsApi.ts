import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { ImportSettings } from "../../catalog/CatalogImport.ts"
import { json, mappingFields, name, payload, sheet } from "../files/FileRequest.ts"
import { success } from "../jobs/JobAnswer.ts"
import { alsoLines } from "../jobs/JobStream.ts"
import { bodyProblems } from "../Problem.ts"

/** What only the server decides: where it reads from, and how it asks a provider. */
const {
  allowOutside: _allowOutside,
  allowPrivate: _allowPrivate,
  columns,
  maxBytes: _maxBytes,
  offline: _offline,
  retry: _retry,
  sheet: _sheet,
  timeout: _timeout,
  ...settings
} = ImportSettings.fields

const how =
  "The body is a file. Answers 202 with the job that imports it; with `Accept: text/event-stream` or " +
  "`application/x-ndjson` what is told of the job, until it ends. Objects in the query are JSON."

/** Reads files into the store. Each is received whole before anything is written. */
export class ImportsApi extends HttpApiGroup.make("imports")
  .add(
    HttpApiEndpoint.post("references", "/imports", {
      query: { name, ...settings, columns: json(columns.schema), sheet },
      payload,
      success,
      error: bodyProblems
    }).annotateMerge(
      OpenApi.annotations({
        summary: "Imports a catalog from a file of any format",
        description: how,
        transform: alsoLines
      })
    ),
    HttpApiEndpoint.post("relations", "/imports/relations", {
      query: mappingFields,
      payload,
      success,
      error: bodyProblems
    }).annotateMerge(
      OpenApi.annotations({
        summary: "Imports relations between stored references from a file",
        description: how,
        transform: alsoLines
      })
    )
  )
  .annotateMerge(OpenApi.annotations({ title: "Imports" })) {}
