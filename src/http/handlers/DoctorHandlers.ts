import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { Doctor } from "../../catalog/Doctor.ts"
import { decider } from "../access/Authorization.ts"
import { Api } from "../api/Api.ts"
import * as JobAnswer from "../jobs/JobAnswer.ts"
import type { Jobs } from "../jobs/Jobs.ts"

export const layer = HttpApiBuilder.group(
  Api,
  "doctor",
  Effect.fnUntraced(function* (handlers) {
    const { check } = yield* Doctor
    const context = yield* Effect.context<Jobs>()
    return handlers.handle("begin", () =>
      Effect.gen(function* () {
        const by = yield* decider(undefined)
        const run = () => Effect.map(check, (report) => ({ kind: "doctor" as const, report }))
        return yield* JobAnswer.begin({ kind: "doctor", name: "the database", by, run })
      }).pipe(Effect.provideContext(context))
    )
  })
)
