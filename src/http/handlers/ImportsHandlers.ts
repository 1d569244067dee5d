import { Effect, type FileSystem, Stream } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { CatalogImport } from "../../catalog/CatalogImport.ts"
import type { ImportReport } from "../../catalog/ImportReport.ts"
import { RelationImport } from "../../catalog/RelationImport.ts"
import * as Lists from "../answers/Lists.ts"
import { Api } from "../api/Api.ts"
import { decider } from "../access/Authorization.ts"
import type { JobKind } from "../jobs/Job.ts"
import type { Jobs, JobWork } from "../jobs/Jobs.ts"
import * as JobAnswer from "../jobs/JobAnswer.ts"
import type { CurrentPolicy } from "../access/Policy.ts"
import * as Upload from "../files/Upload.ts"

export const layer = HttpApiBuilder.group(
  Api,
  "imports",
  Effect.fnUntraced(function* (handlers) {
    const catalogs = yield* CatalogImport
    const relations = yield* RelationImport
    const context = yield* Effect.context<CurrentPolicy | FileSystem.FileSystem | Jobs>()

    /** Receives a file, and starts the job that reads it. */
    const begin = Effect.fnUntraced(function* <E>(
      { kind, name, said }: { readonly kind: JobKind; readonly name: string; readonly said?: string | undefined },
      body: Stream.Stream<Uint8Array, E>,
      run: (source: Upload.Upload["source"], by: string | undefined) => JobWork["run"]
    ) {
      const by = yield* decider(said)
      const { release, source } = yield* Upload.receive(name, body)
      return yield* JobAnswer.begin({ kind, name, by, release, run: run(source, by) })
    }, Effect.provideContext(context))

    return handlers.handleAll({
      references: ({ payload, query: { name, ...options } }) =>
        begin(
          { kind: "import", name },
          payload,
          (source) => (tell, keep) =>
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
                  : JobAnswer.bounded("import", Lists.imported, report, keep)
              )
            )
        ),
      relations: ({ payload, query: { by, name, ...options } }) =>
        begin(
          { kind: "relations", name, said: by },
          payload,
          (source, by) => (tell, keep) =>
            Effect.gen(function* () {
              const report = yield* relations.run(source, { ...options, by })
              yield* Effect.forEach(report.failed, (failure) => tell({ ...failure, _tag: "JobProblem" }), {
                discard: true
              })
              return yield* JobAnswer.bounded("relations", Lists.importedRelations, report, keep)
            })
        )
    })
  })
)
