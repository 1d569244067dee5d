import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { LintOptions, LintReport } from "../../domain/Lint.ts"
import { Needs } from "../access/Authorization.ts"
import { mappingFields, payload } from "../files/FileRequest.ts"
import { bodyProblems, problems } from "../Problem.ts"
import * as Report from "../Report.ts"

const query = LintOptions.fields

const { by: _by, force: _force, status: _status, strict: _strict, ...ofFile } = mappingFields

const document = {
  print: Schema.Literals(["table", "sarif"]),
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
    HttpApiEndpoint.get("relations", "/lint", { query, success: LintReport, error: problems }).annotateMerge(
      OpenApi.annotations({
        summary: "What is wrong with stored relations: all, those of `from`, or those between `from` and `to`"
      })
    ),
    HttpApiEndpoint.get("document", "/lint/document", {
      query: { ...query, ...document },
      success: Report.texts(document.print.literals),
      error: problems
    }).annotateMerge(OpenApi.annotations({ summary: "The same as a document" })),
    HttpApiEndpoint.post("file", "/lint", { query: ofFile, payload, success: LintReport, error: bodyProblems })
      .annotate(Needs, "read")
      .annotateMerge(
        OpenApi.annotations({ summary: "What is wrong with a mapping in any format, before it is imported" })
      ),
    HttpApiEndpoint.post("fileDocument", "/lint/document", {
      query: { ...ofFile, ...document },
      payload,
      success: Report.texts(document.print.literals),
      error: bodyProblems
    })
      .annotate(Needs, "read")
      .annotateMerge(OpenApi.annotations({ summary: "The same as a document" }))
  )
  .annotateMerge(OpenApi.annotations({ title: "Lint" })) {}
