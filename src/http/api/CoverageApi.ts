import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { CoverageOptions, CoverageReport } from "../../domain/Coverage.ts"
import { CoverageComparison } from "../../domain/CoverageComparison.ts"
import { Needs } from "../access/Authorization.ts"
import { bodyProblems, problems } from "../Problem.ts"
import { requirementFields } from "../Query.ts"
import * as Report from "../Report.ts"

const { exceptions: _exceptions, filter: _filter, ...inQuery } = CoverageOptions.fields

/** What is asked for; exceptions are sent in a body. */
const query = { ...inQuery, ...requirementFields }

const payload = Schema.Struct(CoverageOptions.fields)

const document = {
  format: Schema.Literals(["table", "csv", "markdown", "html", "sarif", "junit"]),
  /** The file of a repository that SARIF points at, such as `requirements.csv`. */
  file: Schema.optional(Schema.String)
}

/** How well a catalog is covered by another. */
export class CoverageApi extends HttpApiGroup.make("coverage")
  .add(
    HttpApiEndpoint.get("report", "/coverage", { query, success: CoverageReport, error: problems }).annotateMerge(
      OpenApi.annotations({ summary: "How well `to` is covered by `by`: by chapter, level and reference" })
    ),
    HttpApiEndpoint.post("reportWith", "/coverage", { payload, success: CoverageReport, error: bodyProblems })
      .annotate(Needs, "read")
      .annotateMerge(OpenApi.annotations({ summary: "The same, with exceptions" })),
    HttpApiEndpoint.get("document", "/coverage/document", {
      query: { ...query, ...document },
      success: Report.texts(document.format.literals),
      error: problems
    }).annotateMerge(OpenApi.annotations({ summary: "The same as a document" })),
    HttpApiEndpoint.post("documentWith", "/coverage/document", {
      query: document,
      payload,
      success: Report.texts(document.format.literals),
      error: bodyProblems
    })
      .annotate(Needs, "read")
      .annotateMerge(OpenApi.annotations({ summary: "The same as a document, with exceptions" })),
    HttpApiEndpoint.post("compare", "/coverage/comparison", {
      payload: Schema.Struct({ options: payload, baseline: CoverageReport }),
      success: CoverageComparison,
      error: bodyProblems
    })
      .annotate(Needs, "read")
      .annotateMerge(OpenApi.annotations({ summary: "What has lost or gained coverage since an earlier report" }))
  )
  .annotateMerge(OpenApi.annotations({ title: "Coverage" })) {}
