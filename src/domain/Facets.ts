import { Schema } from "effect"

/** A value, and how many references have it. */
export const FacetCount = Schema.Struct({ value: Schema.String, count: Schema.Natural })
export type FacetCount = typeof FacetCount.Type

const Counts = Schema.Array(FacetCount).check(Schema.isMaxLength(100))

/** What a search looked through, counted: the most frequent value first, at most 100 a facet. */
export class Facets extends Schema.Class<Facets>("crosswalk/Facets")({
  catalogs: Counts,
  entityTypes: Counts,
  tags: Counts
}) {}
