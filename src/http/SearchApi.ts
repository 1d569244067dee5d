import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { QueryText } from "../domain/QueryText.ts"
import { SearchResult } from "../domain/SearchResult.ts"
import { SearchMode } from "../search/SearchOptions.ts"
import { problems } from "./Problem.ts"
import { filterFields, flag, limit } from "./Query.ts"

const share = Schema.optional(Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 })))

/** Search by meaning, by words, or by both. */
export class SearchApi extends HttpApiGroup.make("search")
  .add(
    HttpApiEndpoint.get("search", "/search", {
      query: {
        /** What to look for, in words. */
        q: QueryText,
        mode: Schema.optional(SearchMode),
        ...filterFields,
        limit,
        minRelevance: share,
        onlyRelevant: flag,
        facets: flag
      },
      success: SearchResult,
      error: problems
    }).annotateMerge(
      OpenApi.annotations({ summary: "References by meaning and words, with an explanation of every score" })
    )
  )
  .annotateMerge(OpenApi.annotations({ title: "Search" })) {}
