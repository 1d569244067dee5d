import { Effect, Schema } from "effect"
import { HttpApiSchema } from "effect/http-api"
import { Job, shown } from "./Job.ts"
import { Jobs, type JobWork } from "./Jobs.ts"
import * as JobStream from "./JobStream.ts"
import type * as Rows from "../answers/Rows.ts"
import { answered } from "../Problem.ts"

const location = { location: Schema.String }

/** What an endpoint answers that starts a job. */
export const success = [
  HttpApiSchema.WithHeaders(Job.pipe(HttpApiSchema.status(202)), location),
  HttpApiSchema.WithHeaders(JobStream.EventStream, location)
] as const

/** The result of a job with the first rows of its lists, of which all are kept as lines. */
export const bounded = <const K extends string, A extends object>(
  kind: K,
  rows: Rows.Rows<A>,
  report: A,
  keep: Parameters<JobWork["run"]>[1]
) =>
  Effect.as(keep(rows.lines(report)), {
    kind,
    report: rows.beginnings(report, shown),
    lists: rows.countsOf(report).lists
  })

/** Starts a job, and answers as the request asks: with the job, or with what it tells. */
export const begin = Effect.fnUntraced(function* (work: JobWork) {
  const jobs = yield* Jobs
  const job = yield* jobs.start(work)
  const headers = { location: `/api/v1/jobs/${job.id}` }
  const type = yield* JobStream.accepted(["application/x-ndjson", "text/event-stream"])
  if (type === undefined) return HttpApiSchema.withHeaders({ body: job, headers })
  const events = yield* answered(jobs.events(job.id))
  return type === "text/event-stream"
    ? HttpApiSchema.withHeaders({ body: JobStream.toServerSent(events), headers })
    : JobStream.toLines(events, headers)
})
