import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { Search } from "../search/Search.ts"
import { Api } from "./Api.ts"
import { answered } from "./Problem.ts"
import { filterOf } from "./Query.ts"

export const layer = HttpApiBuilder.group(
  Api,
  "search",
  Effect.fnUntraced(function* (handlers) {
    const { search } = yield* Search
    return handlers.handle("search", ({ query: { facets, limit, minRelevance, mode, onlyRelevant, q, ...filter } }) =>
      answered(search(q, { facets, limit, minRelevance, mode, onlyRelevant, filter: filterOf(filter) }))
    )
  })
)
