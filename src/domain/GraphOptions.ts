import { Schema } from "effect"
import { CatalogId } from "./Catalog.ts"
import { Confidence, RelationStatus } from "./Relation.ts"

/** What to draw. */
export const GraphOptions = Schema.Struct({
  /** Only relations with a reference of this catalog. */
  from: Schema.optional(CatalogId),
  /** Only relations with a reference of this catalog too. */
  to: Schema.optional(CatalogId),
  /** Relations with one of these; else accepted and suggested ones. */
  status: Schema.optional(Schema.Array(RelationStatus)),
  minConfidence: Schema.optional(Confidence),
  /** With two catalogs, only references that have a relation. Default: false. */
  linkedOnly: Schema.optional(Schema.Boolean)
})
export type GraphOptions = typeof GraphOptions.Type
