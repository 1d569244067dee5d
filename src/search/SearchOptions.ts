import { Schema } from "effect"
import { Filter } from "../domain/Filter.ts"
import { Limit } from "../domain/Limit.ts"

/** By meaning and words together, by meaning alone, or by words alone, which needs no model. */
export const SearchMode = Schema.Literals(["hybrid", "semantic", "keyword"])
export type SearchMode = typeof SearchMode.Type

/** How hybrid joins its two rankings: by their scaled scores, or by their ranks alone. */
export const SearchFusion = Schema.Literals(["convex", "rrf"])
export type SearchFusion = typeof SearchFusion.Type

const Share = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))

/** What a search looks for, and how. */
export const SearchOptions = Schema.Struct({
  /** Default: `hybrid`. */
  mode: Schema.optional(SearchMode),
  /** At most this many hits; a whole number from 0 up. Default: 10. Hybrid ranks up to 200 references. */
  limit: Schema.optional(Limit),
  filter: Schema.optional(Filter),
  /** How much meaning weighs in a `convex` hybrid, 0–1; the rest goes to the words. Default: 0.75. */
  semanticWeight: Schema.optional(Share),
  /** Default: `convex`. */
  fusion: Schema.optional(SearchFusion),
  /** Only hits of at least this relevance, 0–1. Default: 0. */
  minRelevance: Schema.optional(Share),
  /**
   * Only hits that are likely to answer the query: of a relevance of 0.5 or more, and not far behind the best (odds of a twentieth
   * of its odds or more); perhaps none. Default: false.
   */
  onlyRelevant: Schema.optional(Schema.Boolean),
  /**
   * Whether a hybrid search whose model fails, or gives no vector in time, compares words alone and says so (`degraded` of the
   * result); else it fails, as a semantic one always does. Default: true.
   */
  degrade: Schema.optional(Schema.Boolean),
  /** Count also what was looked through, whatever relevance it has. Default: false. */
  facets: Schema.optional(Schema.Boolean)
})
export type SearchOptions = typeof SearchOptions.Type
