import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { LintOptions, LintReport } from "../../domain/Lint.ts"
import { Needs } from "../access/Authorization.ts"
import { mappingFields, payload } from "../files/FileRequest.ts"
import { countFields, pageFields, partFields, upTo } from "../answers/Pages.ts"
import * as Rows from "../answers/Rows.ts"
import { bodyProblems, NotAcceptable, problems } from "../Problem.ts"
import * as Report from "../Report.ts"

const query = LintOptions.fields

const { by: _by, force: _force, status: _status, store: _store, strict: _strict, ...ofFile } = mappingFields

/** The formats of the document; the first where a request takes any. */
export const Formats = Schema.Literals(["table", "sarif"])

/** A page has at most so many findings. */
export const most = 10_000

const part = partFields(most)

const found = { ...LintReport.fields, findings: upTo(most)(LintReport.fields.findings) }

const Page = Schema.Struct({ ...found, ...pageFields }).annotate({ identifier: "LintPage" })
const First = Schema.Struct({ ...found, ...countFields }).annotate({ identifier: "LintFirst" })

const document = {
  /** Default: what `Accept` asks for. */
  print: Schema.optional(Formats),
  /** The file of a repository that SARIF points at, such as `relations.csv`. */
  file: Schema.optional(Schema.String)
}

const FileQuery = Schema.Struct(ofFile)
export type FileQuery = typeof FileQuery.Type

const DocumentQuery = Schema.Struct(document)
export type DocumentQuery = typeof DocumentQuery.Type

/** What is wrong with relations, or may be. */
export class LintApi extends HttpApiGroup.make("lint")
  .add(
    HttpApiEndpoint.get("relations", "/lint", {
      query: { ...query, ...part },
      success: Page,
      error: [...problems, NotAcceptable]
    }).annotateMerge(
      OpenApi.annotations({
        summary: "What is wrong with stored relations: all, those of `from`, or those between `from` and `to`",
        transform: Rows.alsoWhole
      })
    ),
    HttpApiEndpoint.get("document", "/lint/document", {
      query: { ...query, ...document },
      success: Report.texts(Formats.literals),
      error: [...problems, NotAcceptable]
    }).annotateMerge(OpenApi.annotations({ summary: "The same as a document" })),
    HttpApiEndpoint.post("file", "/lint", {
      query: ofFile,
      payload,
      success: First,
      error: [...bodyProblems, NotAcceptable]
    })
      .annotate(Needs, "read")
      .annotateMerge(
        OpenApi.annotations({
          summary: "What is wrong with a mapping in any format, before it is imported",
          transform: Rows.alsoWhole
        })
      ),
    HttpApiEndpoint.post("fileDocument", "/lint/document", {
      query: { ...ofFile, ...document },
      payload,
      success: Report.texts(Formats.literals),
      error: [...bodyProblems, NotAcceptable]
    })
      .annotate(Needs, "read")
      .annotateMerge(OpenApi.annotations({ summary: "The same as a document" }))
  )
  .annotateMerge(OpenApi.annotations({ title: "Lint" })) {}
