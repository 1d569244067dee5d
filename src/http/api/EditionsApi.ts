import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { CarryReport } from "../../domain/Carry.ts"
import { CarryOptions } from "../../domain/CarryOptions.ts"
import { CatalogChanges } from "../../domain/Change.ts"
import { DiffOptions } from "../../domain/DiffOptions.ts"
import { MovedCounts } from "../../domain/Moved.ts"
import { MovedAnswer } from "../answers/Lists.ts"
import { countFields, pageFields, partFields, upTo } from "../answers/Pages.ts"
import * as Rows from "../answers/Rows.ts"
import * as JobAnswer from "../jobs/JobAnswer.ts"
import { alsoLines } from "../jobs/JobStream.ts"
import { bodyProblems, NotAcceptable, problems } from "../Problem.ts"
import * as Report from "../Report.ts"

const query = DiffOptions.fields

/** The formats of the document; the first where a request takes any. */
export const Formats = Schema.Literals(["text", "markdown", "html"])

/** A page has at most so many rows. */
export const most = 5000

const part = partFields(most)

const some = upTo(most)
const changes = { ...CatalogChanges.fields, changes: some(CatalogChanges.fields.changes) }
const carried = { ...CarryReport.fields, relations: some(CarryReport.fields.relations) }

const ChangesPage = Schema.Struct({ ...changes, ...pageFields }).annotate({ identifier: "ChangesPage" })
const CarryPage = Schema.Struct({ ...carried, ...pageFields }).annotate({ identifier: "CarryPage" })
const CarryFirst = Schema.Struct({ ...carried, ...countFields }).annotate({ identifier: "CarryFirst" })
const MovedPage = Schema.Struct({ moved: some(MovedAnswer.fields.moved), ...pageFields }).annotate({
  identifier: "MovedPage"
})

const document = {
  /** Default: what `Accept` asks for. */
  format: Schema.optional(Formats),
  /** Whether what did not change is listed too. Default: false. */
  unchanged: Schema.optional(Schema.Boolean)
}

const { store: _store, ...carry } = CarryOptions.fields
const { by: _by, ...plan } = carry

/** What became of a catalog in another edition, and of the relations with it. */
export class EditionsApi extends HttpApiGroup.make("editions")
  .add(
    HttpApiEndpoint.get("diff", "/diff", {
      query: { ...query, ...part },
      success: ChangesPage,
      error: [...problems, NotAcceptable]
    }).annotateMerge(
      OpenApi.annotations({
        summary: "What became of each reference of `before` in `after`, with the words that changed",
        transform: Rows.alsoWhole
      })
    ),
    HttpApiEndpoint.get("document", "/diff/document", {
      query: { ...query, ...document },
      success: Report.texts(Formats.literals),
      error: [...problems, NotAcceptable]
    }).annotateMerge(OpenApi.annotations({ summary: "The same as a document" })),
    HttpApiEndpoint.get("planCarry", "/carry", {
      query: { ...plan, ...part },
      success: CarryPage,
      error: [...problems, NotAcceptable]
    }).annotateMerge(
      OpenApi.annotations({
        summary: "What carrying accepted relations over to another edition would do",
        transform: Rows.alsoWhole
      })
    ),
    HttpApiEndpoint.post("carry", "/carry", {
      payload: Schema.Struct(carry),
      success: CarryFirst,
      error: [...bodyProblems, NotAcceptable]
    }).annotateMerge(
      OpenApi.annotations({
        summary: "Carries accepted relations over, as one step that undo takes back",
        transform: Rows.alsoWhole
      })
    ),
    HttpApiEndpoint.post("beginDiff", "/diff/jobs", {
      payload: Schema.Struct(query),
      success: JobAnswer.success,
      error: bodyProblems
    }).annotateMerge(
      OpenApi.annotations({
        summary: "Compares two versions as a job, for catalogs that take longer than a request may",
        transform: alsoLines
      })
    ),
    HttpApiEndpoint.post("beginCarry", "/carry/jobs", {
      payload: Schema.Struct(CarryOptions.fields),
      success: JobAnswer.success,
      error: bodyProblems
    }).annotateMerge(
      OpenApi.annotations({
        summary: "Carries accepted relations over as a job; with `store` false it plans only",
        transform: alsoLines
      })
    ),
    HttpApiEndpoint.get("moved", "/moved", {
      query: part,
      success: MovedPage,
      error: [...problems, NotAcceptable]
    }).annotateMerge(
      OpenApi.annotations({
        summary: "References that are not, or no longer, what accepted relations rest on",
        transform: Rows.alsoWhole
      })
    ),
    HttpApiEndpoint.get("movedCounts", "/moved/counts", { success: MovedCounts, error: problems }).annotateMerge(
      OpenApi.annotations({ summary: "How many accepted relations have such an end" })
    )
  )
  .annotateMerge(OpenApi.annotations({ title: "Editions" })) {}
