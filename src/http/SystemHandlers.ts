import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { Status } from "../catalog/Status.ts"
import { EmbeddingRepository } from "../storage/EmbeddingRepository.ts"
import { Api } from "./Api.ts"
import { answered, Unavailable } from "./Problem.ts"
import { Readiness } from "./SystemApi.ts"

export const layer = HttpApiBuilder.group(
  Api,
  "system",
  Effect.fnUntraced(function* (handlers) {
    const { read } = yield* Status
    const { status } = yield* EmbeddingRepository
    return handlers.handleAll({
      health: () => Effect.succeed({ status: "ok" as const }),
      ready: () =>
        status.pipe(
          Effect.map(({ missing, otherModel }) => {
            const lacking = missing + otherModel
            return new Readiness({
              database: { ok: true },
              embeddings:
                lacking === 0
                  ? { ok: true }
                  : { ok: false, detail: `${lacking} references have no embedding of this model` }
            })
          }),
          Effect.tapError((error) => Effect.logError(error.message, error)),
          Effect.mapError(
            () => new Unavailable({ detail: "The database cannot be read", reason: "database", isRetryable: true })
          )
        ),
      status: () => answered(read)
    })
  })
)
