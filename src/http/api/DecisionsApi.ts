import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { Decision } from "../../domain/Decision.ts"
import { LogOptions } from "../../domain/LogOptions.ts"
import { Reviewer } from "../../domain/Reviewer.ts"
import { ReviewFilter } from "../../domain/ReviewFilter.ts"
import { ReviewOutcome, ReviewPreview } from "../../domain/ReviewOutcome.ts"
import { UndoOptions } from "../../domain/UndoOptions.ts"
import { Verdict, VerdictForAll } from "../../domain/Verdict.ts"
import { Needs } from "../access/Authorization.ts"
import { bodyProblems, problems } from "../Problem.ts"
import { limit } from "../Query.ts"
import { endsFields } from "./RelationsApi.ts"

const { before, uri } = LogOptions.fields

const forAll = Schema.Struct({ filter: ReviewFilter, verdict: VerdictForAll })

const logQuery = Schema.Struct({
  limit,
  before,
  uri,
  ...endsFields,
  source: Schema.optional(endsFields.source)
}).check(
  Schema.makeFilter(({ source, target, to }) =>
    source === undefined && (target !== undefined || to !== undefined)
      ? { path: ["source"], issue: "the sources too, where target or to is given" }
      : undefined
  )
)

/** What people decide about relations, and the log of it. */
export class DecisionsApi extends HttpApiGroup.make("decisions")
  .add(
    HttpApiEndpoint.get("log", "/decisions", {
      query: logQuery,
      success: Schema.Struct({ decisions: Schema.Array(Decision) }),
      error: problems
    }).annotateMerge(
      OpenApi.annotations({
        summary: "The log, the newest first; of the relation between `source` and `target`, each perhaps several times"
      })
    ),
    HttpApiEndpoint.post("decide", "/decisions", {
      payload: Schema.Struct({ verdicts: Schema.Array(Verdict), ...Reviewer.fields }),
      success: ReviewOutcome,
      error: bodyProblems
    }).annotateMerge(
      OpenApi.annotations({ summary: "Accepts, rejects, adds, or changes the type, as one step that undo takes back" })
    ),
    HttpApiEndpoint.post("decideAll", "/decisions/by-filter", {
      payload: forAll,
      success: ReviewOutcome,
      error: bodyProblems
    }).annotateMerge(OpenApi.annotations({ summary: "Decides on all relations that pass a filter, as one step" })),
    HttpApiEndpoint.post("preview", "/decisions/preview", {
      payload: forAll,
      success: ReviewPreview,
      error: bodyProblems
    })
      .annotate(Needs, "read")
      .annotateMerge(OpenApi.annotations({ summary: "What deciding on all of them would change" })),
    HttpApiEndpoint.post("undo", "/decisions/undo", {
      payload: UndoOptions,
      success: ReviewOutcome,
      error: bodyProblems
    }).annotateMerge(OpenApi.annotations({ summary: "Takes back the newest steps, or the one that is named" }))
  )
  .annotateMerge(OpenApi.annotations({ title: "Decisions" })) {}
