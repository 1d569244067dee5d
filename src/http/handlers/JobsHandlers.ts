import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import * as Lists from "../answers/Lists.ts"
import * as Pages from "../answers/Pages.ts"
import { linesType } from "../answers/Rows.ts"
import * as Download from "../files/Download.ts"
import { Api } from "../api/Api.ts"
import { most } from "../api/JobsApi.ts"
import { summaryOf } from "../jobs/Job.ts"
import { Jobs } from "../jobs/Jobs.ts"
import * as JobStream from "../jobs/JobStream.ts"
import { answered } from "../Problem.ts"

export const layer = HttpApiBuilder.group(
  Api,
  "jobs",
  Effect.fnUntraced(function* (handlers) {
    const jobs = yield* Jobs
    const send = yield* Download.make
    const { page } = yield* Pages.make("jobs", Lists.jobs, most)
    return handlers.handleAll({
      list: ({ query }) =>
        page(
          {},
          query,
          Effect.map(jobs.list, (jobs) => ({ jobs: jobs.map(summaryOf) }))
        ),
      find: ({ params: { id } }) => answered(jobs.find(id)),
      events: ({ headers, params: { id } }) =>
        Effect.gen(function* () {
          const events = yield* answered(jobs.events(id, headers["last-event-id"]))
          const type = yield* JobStream.accepted(["application/x-ndjson"])
          return type === undefined ? JobStream.toServerSent(events) : JobStream.toLines(events)
        }),
      rows: ({ params: { id } }) =>
        Effect.flatMap(answered(jobs.rows(id)), (bytes) => send({ name: `${id}.ndjson`, type: linesType, bytes })),
      cancel: ({ params: { id } }) => answered(jobs.cancel(id))
    })
  })
)
