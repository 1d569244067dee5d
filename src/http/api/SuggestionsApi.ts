import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { Suggestions } from "../../domain/Suggestion.ts"
import { SuggestOptions } from "../../domain/SuggestOptions.ts"
import * as JobAnswer from "../jobs/JobAnswer.ts"
import { alsoLines } from "../jobs/JobStream.ts"
import { bodyProblems, problems } from "../Problem.ts"
import { requirementFields } from "../Query.ts"

const { store: _store, ...options } = SuggestOptions.fields
const { filter: _filter, ...inQuery } = options
const { type: _type, ...ofReference } = requirementFields

/** Which reference of one catalog answers which of another. */
export class SuggestionsApi extends HttpApiGroup.make("suggestions")
  .add(
    HttpApiEndpoint.get("preview", "/suggestions", {
      query: { ...inQuery, ...ofReference },
      success: Suggestions,
      error: problems
    }).annotateMerge(
      OpenApi.annotations({
        summary: "What would be suggested, by confidence",
        description: "`tag`, `anyTag`, `level` and `where` say which references of `from` are answered."
      })
    ),
    HttpApiEndpoint.post("suggest", "/suggestions", {
      payload: Schema.Struct(options),
      success: Suggestions,
      error: bodyProblems
    }).annotateMerge(
      OpenApi.annotations({
        summary: "Suggests relations, and stores them to be reviewed in the place of earlier suggestions"
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
