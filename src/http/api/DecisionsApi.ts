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
import { countFields, upTo } from "../answers/Pages.ts"
import * as Rows from "../answers/Rows.ts"
import { bodyProblems, NotAcceptable, problems } from "../Problem.ts"
import { limit } from "../Query.ts"
import { endsFields } from "./RelationsApi.ts"

const { before, uri } = LogOptions.fields

/** An answer has at most so many of what was decided and refused. */
export const most = 5000

const some = upTo(most)

const decided = {
  ...ReviewOutcome.fields,
  decided: some(ReviewOutcome.fields.decided),
  refused: some(ReviewOutcome.fields.refused),
  ...countFields
}

/** What became of verdicts, as far as one answer has it. */
export const OutcomeFirst = Schema.Struct(decided).annotate({ identifier: "OutcomeFirst" })

const PreviewFirst = Schema.Struct({
  ...ReviewPreview.fields,
  changes: some(ReviewPreview.fields.changes),
  refused: some(ReviewPreview.fields.refused),
  ...countFields
}).annotate({ identifier: "PreviewFirst" })

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
      success: Schema.Struct({ decisions: upTo(1000)(Schema.Array(Decision)) }),
      error: problems
    }).annotateMerge(
      OpenApi.annotations({
        summary: "The log, the newest first; of the relation between `source` and `target`, each perhaps several times"
      })
    ),
    HttpApiEndpoint.post("decide", "/decisions", {
      payload: Schema.Struct({ verdicts: Schema.Array(Verdict), ...Reviewer.fields }),
      success: OutcomeFirst,
      error: [...bodyProblems, NotAcceptable]
    }).annotateMerge(
      OpenApi.annotations({
        summary: "Accepts, rejects, adds, or changes the type, as one step that undo takes back",
        transform: Rows.alsoWhole
      })
    ),
    HttpApiEndpoint.post("decideAll", "/decisions/by-filter", {
      payload: forAll,
      success: OutcomeFirst,
      error: [...bodyProblems, NotAcceptable]
    }).annotateMerge(
      OpenApi.annotations({
        summary: "Decides on all relations that pass a filter, as one step",
        transform: Rows.alsoWhole
      })
    ),
    HttpApiEndpoint.post("preview", "/decisions/preview", {
      payload: forAll,
      success: PreviewFirst,
      error: [...bodyProblems, NotAcceptable]
    })
      .annotate(Needs, "read")
      .annotateMerge(
        OpenApi.annotations({ summary: "What deciding on all of them would change", transform: Rows.alsoWhole })
      ),
    HttpApiEndpoint.post("undo", "/decisions/undo", {
      payload: UndoOptions,
      success: OutcomeFirst,
      error: [...bodyProblems, NotAcceptable]
    }).annotateMerge(
      OpenApi.annotations({
        summary: "Takes back the newest steps, or the one that is named",
        transform: Rows.alsoWhole
      })
    )
  )
  .annotateMerge(OpenApi.annotations({ title: "Decisions" })) {}
