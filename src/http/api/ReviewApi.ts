import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { CalibrationFilter } from "../../domain/CalibrationFilter.ts"
import { PairCalibration } from "../../domain/PairCalibration.ts"
import { Reviewer } from "../../domain/Reviewer.ts"
import { ReviewFilter } from "../../domain/ReviewFilter.ts"
import { ReviewItem } from "../../domain/ReviewItem.ts"
import { ReviewPage, ReviewPageOptions } from "../../domain/ReviewPage.ts"
import { SampleOptions } from "../../domain/SampleOptions.ts"
import { VerdictForAll } from "../../domain/Verdict.ts"
import { TextOptions } from "../../importer/Importer.ts"
import { name, payload } from "../files/FileRequest.ts"
import * as Lists from "../answers/Lists.ts"
import { pageFields, partFields, upTo } from "../answers/Pages.ts"
import * as Rows from "../answers/Rows.ts"
import { bodyProblems, NotAcceptable, problems } from "../Problem.ts"
import { OutcomeFirst } from "./DecisionsApi.ts"
import { requirementFields } from "../Query.ts"
import * as Report from "../Report.ts"

const { reference: _reference, ...inQuery } = ReviewFilter.fields
const { type: _type, ...ofReference } = requirementFields

/** Which relations: `tag`, `anyTag`, `level` and `where` are about the references at their ends. */
export const reviewFields = { ...inQuery, ...ofReference }

const ReviewQuery = Schema.Struct(reviewFields)
export type ReviewQuery = typeof ReviewQuery.Type

const { after, limit, marked } = ReviewPageOptions.fields

/** An answer has at most so many rows that could not be read, and a page so many calibrations. */
export const most = 1000

const EditedFirst = Schema.Struct({
  ...OutcomeFirst.fields,
  problems: upTo(most)(Lists.EditedOutcome.fields.problems)
}).annotate({ identifier: "EditedFirst" })

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
      success: EditedFirst,
      error: [...bodyProblems, NotAcceptable]
    }).annotateMerge(
      OpenApi.annotations({
        summary: "Carries out what was decided in such a table, as one step that undo takes back",
        transform: Rows.alsoWhole
      })
    ),
    HttpApiEndpoint.get("sampleCsv", "/review/sample/csv", {
      query: SampleOptions.fields,
      success: Report.table,
      error: problems
    }).annotateMerge(OpenApi.annotations({ summary: "The sample as CSV" })),
    HttpApiEndpoint.get("sample", "/review/sample", {
      query: SampleOptions.fields,
      success: Schema.Struct({ items: upTo(10_000)(Schema.Array(ReviewItem)) }),
      error: problems
    }).annotateMerge(
      OpenApi.annotations({ summary: "A sample of first proposals, decisions on which calibrate the confidences" })
    ),
    HttpApiEndpoint.get("calibrations", "/review/calibrations", {
      query: { ...CalibrationFilter.fields, ...partFields(most) },
      success: Schema.Struct({ calibrations: upTo(most)(Schema.Array(PairCalibration)), ...pageFields }),
      error: [...problems, NotAcceptable]
    }).annotateMerge(
      OpenApi.annotations({ summary: "What the confidences of suggestions rest on", transform: Rows.alsoWhole })
    )
  )
  .annotateMerge(OpenApi.annotations({ title: "Review" })) {}
