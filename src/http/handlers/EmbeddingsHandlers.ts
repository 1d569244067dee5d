import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { EmbeddingRepository } from "../../storage/EmbeddingRepository.ts"
import { Api } from "../api/Api.ts"
import { decider } from "../access/Authorization.ts"
import * as JobAnswer from "../jobs/JobAnswer.ts"
import type { Jobs, JobWork } from "../jobs/Jobs.ts"

export const layer = HttpApiBuilder.group(
  Api,
  "embeddings",
  Effect.fnUntraced(function* (handlers) {
    const { updateAllEmbeddings } = yield* EmbeddingRepository
    const context = yield* Effect.context<Jobs>()
    return handlers.handle("begin", ({ payload }) =>
      Effect.gen(function* () {
        const by = yield* decider(undefined)
        const run: JobWork["run"] = (tell) =>
          Effect.map(
            updateAllEmbeddings({
              ...payload,
              onProgress: (news) => tell({ _tag: "JobProgress", stage: "embedding", ...news }),
              onFailure: ({ problem, reference }) => tell({ _tag: "JobProblem", at: reference?.uri ?? "", problem })
            }),
            (report) => ({ kind: "embed" as const, report })
          )
        return yield* JobAnswer.begin({ kind: "embed", name: payload.filter?.catalog ?? "references", by, run })
      }).pipe(Effect.provideContext(context))
    )
  })
)
