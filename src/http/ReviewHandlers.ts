import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { Review } from "../crosswalk/Review.ts"
import type { ReviewFilter } from "../domain/ReviewFilter.ts"
import { Api } from "./Api.ts"
import { answered } from "./Problem.ts"
import { requirementsOf } from "./Query.ts"
import type { ReviewQuery } from "./ReviewApi.ts"

/** What the query asks for as a `ReviewFilter`. */
const filterOf = ({ anyTag, level, tag, where, ...filter }: ReviewQuery): ReviewFilter => ({
  ...filter,
  reference: requirementsOf({ anyTag, level, tag, where })
})

export const layer = HttpApiBuilder.group(
  Api,
  "review",
  Effect.fnUntraced(function* (handlers) {
    const { calibrations, page, sample } = yield* Review
    return handlers.handleAll({
      list: ({ query: { after, limit, marked, ...filter } }) =>
        answered(page({ after, limit, marked, filter: filterOf(filter) })),
      sample: ({ query }) => answered(Effect.map(sample(query), (items) => ({ items }))),
      calibrations: ({ query }) => answered(Effect.map(calibrations(query), (calibrations) => ({ calibrations })))
    })
  })
)
