import { Schema } from "effect"
import { ComparedBy } from "./ComparedBy.ts"
import { Degraded } from "./Degraded.ts"
import { Facets } from "./Facets.ts"
import { Hit } from "./Hit.ts"

/** What a search found. */
export class SearchResult extends Schema.Class<SearchResult>("crosswalk/SearchResult")({
  /** Best first, then by uri. */
  hits: Schema.Array(Hit),
  /**
   * How many references that pass the filter have no fresh vector of the model in use, so that their meaning could not be
   * compared; a hybrid search finds them by their words only. 0 by keyword
   * and where `degraded`.
   */
  unsearched: Schema.Natural,
  /** What the meaning of the query was compared with; absent by keyword and where `degraded`. */
  comparedBy: Schema.optionalKey(ComparedBy),
  /**
   * Present where the model failed, and a hybrid search compared words alone: hits and facets are those by keyword. Their order
   * is another, and what only has the meaning of the query is not among them.
   */
  degraded: Schema.optionalKey(Degraded),
  /**
   * Present where asked for: what was looked through, counted. By keyword the references that have a word of the query,
   * else all that pass the filter. Neither the limit nor `minRelevance` nor `onlyRelevant` narrows it.
   */
  facets: Schema.optionalKey(Facets)
}) {}
