import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { CarryReport } from "../../domain/Carry.ts"
import { CarryOptions } from "../../domain/CarryOptions.ts"
import { CatalogChanges } from "../../domain/Change.ts"
import { DiffOptions } from "../../domain/DiffOptions.ts"
import { Moved, MovedCounts } from "../../domain/Moved.ts"
import { bodyProblems, problems } from "../Problem.ts"
import * as Report from "../Report.ts"

const query = DiffOptions.fields

const document = {
  format: Schema.Literals(["text", "markdown", "html"]),
  /** Whether what did not change is listed too. Default: false. */
  unchanged: Schema.optional(Schema.Boolean)
}

const { store: _store, ...carry } = CarryOptions.fields
const { by: _by, ...plan } = carry

/** What became of a catalog in another edition, and of the relations with it. */
export class EditionsApi extends HttpApiGroup.make("editions")
  .add(
    HttpApiEndpoint.get("diff", "/diff", { query, success: CatalogChanges, error: problems }).annotateMerge(
      OpenApi.annotations({
        summary: "What became of each reference of `before` in `after`, with the words that changed"
      })
    ),
    HttpApiEndpoint.get("document", "/diff/document", {
      query: { ...query, ...document },
      success: Report.texts(document.format.literals),
      error: problems
    }).annotateMerge(OpenApi.annotations({ summary: "The same as a document" })),
    HttpApiEndpoint.get("planCarry", "/carry", { query: plan, success: CarryReport, error: problems }).annotateMerge(
      OpenApi.annotations({ summary: "What carrying accepted relations over to another edition would do" })
    ),
    HttpApiEndpoint.post("carry", "/carry", {
      payload: Schema.Struct(carry),
      success: CarryReport,
      error: bodyProblems
    }).annotateMerge(
      OpenApi.annotations({ summary: "Carries accepted relations over, as one step that undo takes back" })
    ),
    HttpApiEndpoint.get("moved", "/moved", {
      success: Schema.Struct({ moved: Schema.Array(Moved) }),
      error: problems
    }).annotateMerge(
      OpenApi.annotations({ summary: "References that are not, or no longer, what accepted relations rest on" })
    ),
    HttpApiEndpoint.get("movedCounts", "/moved/counts", { success: MovedCounts, error: problems }).annotateMerge(
      OpenApi.annotations({ summary: "How many accepted relations have such an end" })
    )
  )
  .annotateMerge(OpenApi.annotations({ title: "Editions" })) {}
