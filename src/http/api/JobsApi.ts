import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import * as Rows from "../answers/Rows.ts"
import { Job, JobSummary } from "../jobs/Job.ts"
import { alsoLines, EventStream } from "../jobs/JobStream.ts"
import { pageFields, partFields, upTo } from "../answers/Pages.ts"
import { NotAcceptable, problems } from "../Problem.ts"

const params = { id: Schema.NonEmptyString }

/** A page has at most so many jobs. */
export const most = 1000

/** Work that takes long: what it is, how far it has come, what it met, and how to end it. */
export class JobsApi extends HttpApiGroup.make("jobs")
  .add(
    HttpApiEndpoint.get("list", "/jobs", {
      query: partFields(most),
      success: Schema.Struct({ jobs: upTo(most)(Schema.Array(JobSummary)), ...pageFields }),
      error: [...problems, NotAcceptable]
    }).annotateMerge(
      OpenApi.annotations({
        summary: "The jobs that run, wait or ended not long ago, the newest first, without their results",
        transform: Rows.alsoWhole
      })
    ),
    HttpApiEndpoint.get("find", "/jobs/:id", { params, success: Job, error: problems }).annotateMerge(
      OpenApi.annotations({ summary: "A job, with what it gave when it is done" })
    ),
    HttpApiEndpoint.get("events", "/jobs/:id/events", {
      params,
      headers: { "last-event-id": Schema.optional(Schema.NumberFromString.check(Schema.isInt())) },
      success: EventStream,
      error: problems
    }).annotateMerge(
      OpenApi.annotations({
        summary:
          "What is told of a job, from the beginning or after `Last-Event-ID`, until it ends: server-sent events, or with " +
          "`Accept: application/x-ndjson` a line each",
        transform: alsoLines
      })
    ),
    HttpApiEndpoint.get("rows", "/jobs/:id/rows", {
      params,
      success: HttpApiSchema.StreamUint8Array({ contentType: Rows.linesType }),
      error: problems
    }).annotateMerge(
      OpenApi.annotations({
        summary:
          "All that the report of a job has the beginnings of: a line of JSON with the rest of it, then one for each row, and at " +
          'the end `{"omitted":…}` with how many more there were where these are too many to keep (128 MiB)'
      })
    ),
    HttpApiEndpoint.delete("cancel", "/jobs/:id", { params, success: Job, error: problems }).annotateMerge(
      OpenApi.annotations({ summary: "Ends a job; what it has written stays" })
    )
  )
  .annotateMerge(OpenApi.annotations({ title: "Jobs" })) {}
