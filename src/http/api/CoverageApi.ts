import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { CoverageOptions, CoverageReport } from "../../domain/Coverage.ts"
import { Needs } from "../access/Authorization.ts"
import * as Lists from "../answers/Lists.ts"
import { countFields, pageFields, partFields, upTo } from "../answers/Pages.ts"
import * as Rows from "../answers/Rows.ts"
import { bodyProblems, NotAcceptable, problems } from "../Problem.ts"
import { requirementFields } from "../Query.ts"
import * as Report from "../Report.ts"

const { exceptions: _exceptions, filter: _filter, ...inQuery } = CoverageOptions.fields

/** What is asked for; exceptions are sent in a body. */
const query = { ...inQuery, ...requirementFields }

const payload = Schema.Struct(CoverageOptions.fields)

/** The formats of the document; the first where a request takes any. */
export const Formats = Schema.Literals(["table", "csv", "markdown", "html", "sarif", "junit"])

/** A page has at most so many rows. */
export const most = 10_000

const part = partFields(most)

const repeated = upTo(Rows.mostRepeated)
const some = upTo(most)

const { cells, chapters, levels, references, unknownExceptions, unlinked, unlinkedExcepted } = CoverageReport.fields

const Page = Schema.Struct({
  ...CoverageReport.fields,
  chapters: repeated(chapters),
  levels: repeated(levels),
  cells: repeated(cells),
  references: some(references),
  unlinked: some(unlinked),
  unlinkedExcepted: some(unlinkedExcepted),
  unknownExceptions: some(unknownExceptions),
  ...pageFields
}).annotate({ identifier: "CoveragePage" })

/** A report that was kept, whatever it has lists of. */
const Baseline = Schema.Struct({ ...CoverageReport.fields, ...pageFields }).annotate({ identifier: "CoverageBaseline" })

const { gained, lost, ...compared } = Lists.ComparisonAnswer.fields

const Comparison = Schema.Struct({ ...compared, lost: some(lost), gained: some(gained), ...countFields }).annotate({
  identifier: "CoverageComparisonFirst"
})

const document = {
  /** Default: what `Accept` asks for. */
  format: Schema.optional(Formats),
  /** The file of a repository that SARIF points at, such as `requirements.csv`. */
  file: Schema.optional(Schema.String)
}

const DocumentQuery = Schema.Struct(document)
export type DocumentQuery = typeof DocumentQuery.Type

/** How well a catalog is covered by another. */
export class CoverageApi extends HttpApiGroup.make("coverage")
  .add(
    HttpApiEndpoint.get("report", "/coverage", {
      query: { ...query, ...part },
      success: Page,
      error: [...problems, NotAcceptable]
    }).annotateMerge(
      OpenApi.annotations({
        summary: "How well `to` is covered by `by`: by chapter, level and reference",
        transform: Rows.alsoWhole
      })
    ),
    HttpApiEndpoint.post("reportWith", "/coverage", {
      query: part,
      payload,
      success: Page,
      error: [...bodyProblems, NotAcceptable]
    })
      .annotate(Needs, "read")
      .annotateMerge(OpenApi.annotations({ summary: "The same, with exceptions", transform: Rows.alsoWhole })),
    HttpApiEndpoint.get("document", "/coverage/document", {
      query: { ...query, ...document },
      success: Report.texts(Formats.literals),
      error: [...problems, NotAcceptable]
    }).annotateMerge(OpenApi.annotations({ summary: "The same as a document" })),
    HttpApiEndpoint.post("documentWith", "/coverage/document", {
      query: document,
      payload,
      success: Report.texts(Formats.literals),
      error: [...bodyProblems, NotAcceptable]
    })
      .annotate(Needs, "read")
      .annotateMerge(OpenApi.annotations({ summary: "The same as a document, with exceptions" })),
    HttpApiEndpoint.post("compare", "/coverage/comparison", {
      payload: Schema.Struct({ options: payload, baseline: Baseline }),
      success: Comparison,
      error: [...bodyProblems, NotAcceptable]
    })
      .annotate(Needs, "read")
      .annotateMerge(
        OpenApi.annotations({
          summary: "What has lost or gained coverage since an earlier report",
          transform: Rows.alsoWhole
        })
      )
  )
  .annotateMerge(OpenApi.annotations({ title: "Coverage" })) {}
