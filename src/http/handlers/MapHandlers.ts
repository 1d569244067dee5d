import { hash } from "node:crypto"
import { Effect, Schema } from "effect"
import { HttpServerResponse } from "effect/http"
import { HttpApiBuilder, HttpApiSchema } from "effect/http-api"
import { MapLayout } from "../../domain/MapLayout.ts"
import { ReferenceMap } from "../../map/ReferenceMap.ts"
import { Api } from "../api/Api.ts"
import { decider } from "../access/Authorization.ts"
import { matches } from "../ETag.ts"
import { Jobs } from "../jobs/Jobs.ts"
import { answered } from "../Problem.ts"

const toJson = Schema.encodeSync(Schema.fromJsonString(MapLayout))

export const layer = HttpApiBuilder.group(
  Api,
  "map",
  Effect.fnUntraced(function* (handlers) {
    const { compute, read } = yield* ReferenceMap
    const jobs = yield* Jobs

    const begin = Effect.gen(function* () {
      const all = yield* jobs.list
      const running = all.find(({ kind, status }) => kind === "map" && (status === "running" || status === "waiting"))
      if (running !== undefined) return running
      const by = yield* decider(undefined)
      return yield* jobs.start({
        kind: "map",
        name: "the map",
        by,
        run: (tell) =>
          Effect.map(
            compute({
              onProgress: (done) =>
                tell({ _tag: "JobProgress", stage: "computing", done: Math.floor(100 * done), total: 100 })
            }),
            (report) => ({ kind: "map" as const, report })
          )
      })
    })

    return handlers.handleAll({
      compute: () =>
        Effect.map(begin, (job) =>
          HttpApiSchema.withHeaders({ body: job, headers: { location: `/api/v1/jobs/${job.id}` } })
        ),
      read: ({ headers }) =>
        answered(
          Effect.map(read, (map) => {
            const etag = `"${hash("sha256", toJson(map), "base64url").slice(0, 22)}"`
            return matches(headers["if-none-match"], etag)
              ? HttpServerResponse.empty({ status: 304, headers: { etag } })
              : HttpApiSchema.withHeaders({ body: map, headers: { etag } })
          })
        )
    })
  })
)
