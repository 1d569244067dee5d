import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { Suggestions } from "../../domain/Suggestion.ts"
import { SuggestOptions } from "../../domain/SuggestOptions.ts"
import * as JobAnswer from "../jobs/JobAnswer.ts"
import { alsoLines } from "../jobs/JobStream.ts"
import { countFields, pageFields, partFields, upTo } from "../answers/Pages.ts"
import * as Rows from "../answers/Rows.ts"
import { bodyProblems, NotAcceptable, problems } from "../Problem.ts"
import { requirementFields } from "../Query.ts"

const { store: _store, ...open } = SuggestOptions.fields

const options = {
  ...open,
  /** At most this many suggestions a reference, from 1 to 100. Default: 5. */
  limit: Schema.optional(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 100 })))
}
const { filter: _filter, ...inQuery } = options
const { type: _type, ...ofReference } = requirementFields

/** A page has what is suggested for at most so many references. */
export const most = 1000

const found = { ...Suggestions.fields, references: upTo(most)(Suggestions.fields.references) }

const Page = Schema.Struct({ ...found, ...pageFields }).annotate({ identifier: "SuggestionsPage" })
const First = Schema.Struct({ ...found, ...countFields }).annotate({ identifier: "SuggestionsFirst" })

/** Which reference of one catalog answers which of another. */
export class SuggestionsApi extends HttpApiGroup.make("suggestions")
  .add(
    HttpApiEndpoint.get("preview", "/suggestions", {
      query: { ...inQuery, ...ofReference, ...partFields(most) },
      success: Page,
      error: [...problems, NotAcceptable]
    }).annotateMerge(
      OpenApi.annotations({
        summary: "What would be suggested, by confidence",
        description: "`tag`, `anyTag`, `level` and `where` say which references of `from` are answered.",
        transform: Rows.alsoWhole
      })
    ),
    HttpApiEndpoint.post("suggest", "/suggestions", {
      payload: Schema.Struct(options),
      success: First,
      error: [...bodyProblems, NotAcceptable]
    }).annotateMerge(
      OpenApi.annotations({
        summary: "Suggests relations, and stores them to be reviewed in the place of earlier suggestions",
        transform: Rows.alsoWhole
      })
    ),
    HttpApiEndpoint.post("begin", "/suggestions/jobs", {
      payload: Schema.Struct(options),
      success: JobAnswer.success,
      error: bodyProblems
    }).annotateMerge(
      OpenApi.annotations({
        summary: "Suggests and stores the same as a job, for catalogs that take longer than a request may",
        transform: alsoLines
      })
    )
  )
  .annotateMerge(OpenApi.annotations({ title: "Suggestions" })) {}
