import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { Search } from "../../search/Search.ts"
import { Api } from "../api/Api.ts"
import { answered, shared } from "../Problem.ts"
import { filterOf } from "../Query.ts"

export const layer = HttpApiBuilder.group(
  Api,
  "search",
  Effect.fnUntraced(function* (handlers) {
    const { search } = yield* Search
    return handlers.handle(
      "search",
      ({ query: { degrade, facets, fusion, limit, minRelevance, mode, onlyRelevant, q, semanticWeight, ...filter } }) =>
        answered(
          Effect.flatMap(
            search(q, {
              degrade,
              facets,
              fusion,
              limit,
              minRelevance,
              mode,
              onlyRelevant,
              semanticWeight,
              filter: filterOf(filter)
            }),
            shared
          )
        )
    )
  })
)
