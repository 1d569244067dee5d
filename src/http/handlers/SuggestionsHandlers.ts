import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { Crosswalk } from "../../crosswalk/Crosswalk.ts"
import type { SuggestOptions } from "../../domain/SuggestOptions.ts"
import { Api } from "../api/Api.ts"
import { decider } from "../access/Authorization.ts"
import * as JobAnswer from "../jobs/JobAnswer.ts"
import type { Jobs, JobWork } from "../jobs/Jobs.ts"
import { answered } from "../Problem.ts"
import { requirementsOf } from "../Query.ts"

/** Takes what a job tells. */
type Tell = Parameters<JobWork["run"]>[0]

export const layer = HttpApiBuilder.group(
  Api,
  "suggestions",
  Effect.fnUntraced(function* (handlers) {
    const { suggest } = yield* Crosswalk
    const context = yield* Effect.context<Jobs>()

    /** Suggests, and tells how far it has come. */
    const job = (options: SuggestOptions, tell: Tell) =>
      Effect.map(
        suggest(options, { onProgress: (news) => tell({ _tag: "JobProgress", stage: "comparing", ...news }) }),
        (found) => ({ kind: "suggest" as const, report: { ...found, references: found.references.length } })
      )

    return handlers.handleAll({
      preview: ({ query: { anyTag, level, tag, where, ...options } }) =>
        answered(suggest({ ...options, filter: requirementsOf({ anyTag, level, tag, where }), store: false })),
      suggest: ({ payload }) => answered(suggest(payload)),
      begin: ({ payload }) =>
        Effect.gen(function* () {
          const { from, source, to } = payload
          const by = yield* decider(undefined)
          const name = `${from ?? source} → ${to}`
          return yield* JobAnswer.begin({ kind: "suggest", name, by, run: (tell) => job(payload, tell) })
        }).pipe(Effect.provideContext(context))
    })
  })
)
