import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { Crosswalk } from "../../crosswalk/Crosswalk.ts"
import type { SuggestOptions } from "../../domain/SuggestOptions.ts"
import * as Lists from "../answers/Lists.ts"
import * as Pages from "../answers/Pages.ts"
import { most } from "../api/SuggestionsApi.ts"
import { Api } from "../api/Api.ts"
import { decider } from "../access/Authorization.ts"
import * as JobAnswer from "../jobs/JobAnswer.ts"
import type { Jobs, JobWork } from "../jobs/Jobs.ts"
import { answered } from "../Problem.ts"
import { requirementsOf } from "../Query.ts"

export const layer = HttpApiBuilder.group(
  Api,
  "suggestions",
  Effect.fnUntraced(function* (handlers) {
    const { suggest } = yield* Crosswalk
    const context = yield* Effect.context<Jobs>()

    const { first, page } = yield* Pages.make("suggestions", Lists.suggestions, most)

    /** Suggests, and tells how far it has come. */
    const job =
      (options: SuggestOptions): JobWork["run"] =>
      (tell, keep) =>
        suggest(options, { onProgress: (news) => tell({ _tag: "JobProgress", stage: "comparing", ...news }) }).pipe(
          Effect.tap((found) => keep(Lists.suggestions.lines(found))),
          Effect.map((found) => ({
            kind: "suggest" as const,
            report: { ...found, references: found.references.length }
          }))
        )

    return handlers.handleAll({
      preview: ({ query: { anyTag, cursor, level, pageSize, tag, where, ...rest } }) => {
        const options = { ...rest, filter: requirementsOf({ anyTag, level, tag, where }) }
        return page(options, { cursor, pageSize }, suggest({ ...options, store: false }))
      },
      suggest: ({ payload }) => first(answered(suggest(payload))),
      begin: ({ payload }) =>
        Effect.gen(function* () {
          const { from, source, to } = payload
          const by = yield* decider(undefined)
          const name = `${from ?? source} → ${to}`
          return yield* JobAnswer.begin({ kind: "suggest", name, by, run: job(payload) })
        }).pipe(Effect.provideContext(context))
    })
  })
)
