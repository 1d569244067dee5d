import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { ImportFailure } from "../../catalog/ImportReport.ts"
import { CalibrationFilter } from "../../domain/CalibrationFilter.ts"
import { PairCalibration } from "../../domain/PairCalibration.ts"
import { Reviewer } from "../../domain/Reviewer.ts"
import { ReviewFilter } from "../../domain/ReviewFilter.ts"
import { ReviewItem } from "../../domain/ReviewItem.ts"
import { ReviewOutcome } from "../../domain/ReviewOutcome.ts"
import { ReviewPage, ReviewPageOptions } from "../../domain/ReviewPage.ts"
import { SampleOptions } from "../../domain/SampleOptions.ts"
import { VerdictForAll } from "../../domain/Verdict.ts"
import { TextOptions } from "../../importer/Importer.ts"
import { name, payload } from "../files/FileRequest.ts"
import { bodyProblems, problems } from "../Problem.ts"
import { requirementFields } from "../Query.ts"
import * as Report from "../Report.ts"

const { reference: _reference, ...inQuery } = ReviewFilter.fields
const { type: _type, ...ofReference } = requirementFields

/** Which relations: `tag`, `anyTag`, `level` and `where` are about the references at their ends. */
export const reviewFields = { ...inQuery, ...ofReference }

const ReviewQuery = Schema.Struct(reviewFields)
export type ReviewQuery = typeof ReviewQuery.Type

const { after, limit, marked } = ReviewPageOptions.fields

/** What became of an edited table. */
export const EditedOutcome = Schema.Struct({
  ...ReviewOutcome.fields,
  /** The rows that could not be read; nothing of them was decided. */
  problems: Schema.Array(ImportFailure)
})

/** What is to be reviewed. */
export class ReviewApi extends HttpApiGroup.make("review")
  .add(
    HttpApiEndpoint.get("list", "/review", {
      query: { ...reviewFields, limit, after, marked },
      success: ReviewPage,
      error: problems
    }).annotateMerge(
      OpenApi.annotations({ summary: "Relations with the texts of both sides, the candidates of one source together" })
    ),
    HttpApiEndpoint.get("csv", "/review/csv", {
      query: reviewFields,
      success: Report.table,
      error: problems
    }).annotateMerge(OpenApi.annotations({ summary: "All of them as CSV to be edited in a spreadsheet" })),
    HttpApiEndpoint.post("carryOut", "/review/csv", {
      query: {
        name: Schema.optional(name),
        encoding: TextOptions.fields.encoding,
        note: VerdictForAll.fields.note,
        ...Reviewer.fields
      },
      payload,
      success: EditedOutcome,
      error: bodyProblems
    }).annotateMerge(
      OpenApi.annotations({ summary: "Carries out what was decided in such a table, as one step that undo takes back" })
    ),
    HttpApiEndpoint.get("sampleCsv", "/review/sample/csv", {
      query: SampleOptions.fields,
      success: Report.table,
      error: problems
    }).annotateMerge(OpenApi.annotations({ summary: "The sample as CSV" })),
    HttpApiEndpoint.get("sample", "/review/sample", {
      query: SampleOptions.fields,
      success: Schema.Struct({ items: Schema.Array(ReviewItem) }),
      error: problems
    }).annotateMerge(
      OpenApi.annotations({ summary: "A sample of first proposals, decisions on which calibrate the confidences" })
    ),
    HttpApiEndpoint.get("calibrations", "/review/calibrations", {
      query: CalibrationFilter.fields,
      success: Schema.Struct({ calibrations: Schema.Array(PairCalibration) }),
      error: problems
    }).annotateMerge(OpenApi.annotations({ summary: "What the confidences of suggestions rest on" }))
  )
  .annotateMerge(OpenApi.annotations({ title: "Review" })) {}
