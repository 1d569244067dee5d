import { Schema } from "effect"

/** A value, and how many references have it. */
export const FacetCount = Schema.Struct({ value: Schema.String, count: Schema.Natural })
export type FacetCount = typeof FacetCount.Type

/** What a search looked through, counted: the most frequent value first, at most 100 a facet. */
export class Facets extends Schema.Class<Facets>("crosswalk/Facets")({
  catalogs: Schema.Array(FacetCount),
  entityTypes: Schema.Array(FacetCount),
  tags: Schema.Array(FacetCount)
}) {}
