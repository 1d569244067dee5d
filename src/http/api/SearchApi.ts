import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { QueryText } from "../../domain/QueryText.ts"
import { SearchResult } from "../../domain/SearchResult.ts"
import { SearchOptions } from "../../search/SearchOptions.ts"
import { upTo } from "../answers/Pages.ts"
import { problems } from "../Problem.ts"
import { filterFields, limit } from "../Query.ts"

const { degrade, facets, fusion, minRelevance, mode, onlyRelevant, semanticWeight } = SearchOptions.fields

const Answer = Schema.Struct({ ...SearchResult.fields, hits: upTo(1000)(SearchResult.fields.hits) }).annotate({
  identifier: "SearchAnswer"
})

/** Search by meaning, by words, or by both. */
export class SearchApi extends HttpApiGroup.make("search")
  .add(
    HttpApiEndpoint.get("search", "/search", {
      query: {
        /** What to look for, in words. */
        q: QueryText,
        mode,
        ...filterFields,
        limit,
        minRelevance,
        onlyRelevant,
        semanticWeight,
        fusion,
        facets,
        degrade
      },
      success: Answer,
      error: problems
    }).annotateMerge(
      OpenApi.annotations({ summary: "References by meaning and words, with an explanation of every score" })
    )
  )
  .annotateMerge(OpenApi.annotations({ title: "Search" })) {}
