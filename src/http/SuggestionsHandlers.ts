import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { Crosswalk } from "../crosswalk/Crosswalk.ts"
import { Api } from "./Api.ts"
import { answered } from "./Problem.ts"
import { requirementsOf } from "./Query.ts"

export const layer = HttpApiBuilder.group(
  Api,
  "suggestions",
  Effect.fnUntraced(function* (handlers) {
    const { suggest } = yield* Crosswalk
    return handlers.handleAll({
      preview: ({ query: { anyTag, level, tag, where, ...options } }) =>
        answered(suggest({ ...options, filter: requirementsOf({ anyTag, level, tag, where }), store: false })),
      suggest: ({ payload }) => answered(suggest(payload))
    })
  })
)
