import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { Status } from "../../catalog/Status.ts"
import { Api } from "../api/Api.ts"
import { most } from "../api/SystemApi.ts"
import { answered, Unavailable } from "../Problem.ts"

export const layer = HttpApiBuilder.group(
  Api,
  "system",
  Effect.fnUntraced(function* (handlers) {
    const { read, ready } = yield* Status
    return handlers.handleAll({
      health: () => Effect.succeed({ status: "ok" as const }),
      ready: () =>
        Effect.flatMap(ready, (readiness) =>
          readiness.database.ok
            ? Effect.succeed(readiness)
            : new Unavailable({
                detail: readiness.database.detail ?? "The database cannot be read",
                reason: "database",
                isRetryable: true
              })
        ),
      status: () =>
        answered(
          Effect.map(read, ({ catalogs, foreign, ...status }) => ({
            ...status,
            catalogs: catalogs.slice(0, most),
            ...(foreign !== undefined && { foreign: foreign.slice(0, most) }),
            lists: { catalogs: catalogs.length, foreign: foreign?.length ?? 0 }
          }))
        )
    })
  })
)
