import { Effect, type FileSystem, Stream } from "effect"
import { HttpApiBuilder, HttpApiSchema } from "effect/http-api"
import { CatalogImport } from "../catalog/CatalogImport.ts"
import type { ImportReport } from "../catalog/ImportReport.ts"
import { RelationImport } from "../catalog/RelationImport.ts"
import { Api } from "./Api.ts"
import { decider } from "./Authorization.ts"
import type { JobKind } from "./Job.ts"
import { Jobs, type JobWork } from "./Jobs.ts"
import * as JobStream from "./JobStream.ts"
import type { CurrentPolicy } from "./Policy.ts"
import { answered } from "./Problem.ts"
import * as Upload from "./Upload.ts"

export const layer = HttpApiBuilder.group(
  Api,
  "imports",
  Effect.fnUntraced(function* (handlers) {
    const catalogs = yield* CatalogImport
    const relations = yield* RelationImport
    const jobs = yield* Jobs
    const context = yield* Effect.context<CurrentPolicy | FileSystem.FileSystem>()

    /** Receives a file, starts the job that reads it, and answers as the request asks: with the job, or with what it tells. */
    const begin = Effect.fnUntraced(function* <E>(
      kind: JobKind,
      name: string,
      body: Stream.Stream<Uint8Array, E>,
      run: (source: Upload.Upload["source"], by: string | undefined) => JobWork["run"]
    ) {
      const by = yield* decider(undefined)
      const { release, source } = yield* Upload.receive(name, body)
      const job = yield* jobs.start({ kind, name, by, release, run: run(source, by) })
      const headers = { location: `/api/v1/jobs/${job.id}` }
      const type = yield* JobStream.accepted(["application/x-ndjson", "text/event-stream"])
      if (type === undefined) return HttpApiSchema.withHeaders({ body: job, headers })
      const events = yield* answered(jobs.events(job.id))
      return type === "text/event-stream"
        ? HttpApiSchema.withHeaders({ body: JobStream.toServerSent(events), headers })
        : JobStream.toLines(events, headers)
    }, Effect.provideContext(context))

    return handlers.handleAll({
      references: ({ payload, query: { name, ...options } }) =>
        begin(
          "import",
          name,
          payload,
          (source) => (tell) =>
            catalogs.stream(source, options).pipe(
              Stream.runFoldEffect(
                (): ImportReport | undefined => undefined,
                (report, event) => {
                  switch (event._tag) {
                    case "ImportProgress":
                      return Effect.as(tell({ ...event, _tag: "JobProgress" }), report)
                    case "ImportProblem":
                      return Effect.as(tell({ ...event, _tag: "JobProblem" }), report)
                    case "ImportDone":
                      return Effect.succeed(event.report)
                  }
                }
              ),
              Effect.flatMap((report) =>
                report === undefined
                  ? Effect.die(new Error("an import ended without a report"))
                  : Effect.succeed({ kind: "import" as const, report })
              )
            )
        ),
      relations: ({ payload, query: { name, ...options } }) =>
        begin(
          "relations",
          name,
          payload,
          (source, by) => (tell) =>
            Effect.gen(function* () {
              const report = yield* relations.run(source, { ...options, by })
              yield* Effect.forEach(report.failed, (failure) => tell({ ...failure, _tag: "JobProblem" }), {
                discard: true
              })
              return { kind: "relations" as const, report }
            })
        )
    })
  })
)
