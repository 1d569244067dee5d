import { Schema } from "effect"
import { CatalogId } from "./Catalog.ts"
import { Confidence, RelationStatus, RelationType } from "./Relation.ts"
import { RequirementFilter } from "./Filter.ts"
import { Text } from "./Text.ts"

/** Which relations to review. Every part that is given must hold. */
export const ReviewFilter = Schema.Struct({
  /** A catalog that one end is of. */
  from: Schema.optional(CatalogId),
  /** A catalog that the other end is of. */
  to: Schema.optional(CatalogId),
  /** One status, or `any`. Default: `suggested`, or with `needsReview` anything that was decided. */
  status: Schema.optional(Schema.Literals([...RelationStatus.literals, "any"])),
  /** Only decisions on texts that have changed since. */
  needsReview: Schema.optional(Schema.Boolean),
  type: Schema.optional(RelationType),
  minConfidence: Schema.optional(Confidence),
  maxConfidence: Schema.optional(Confidence),
  /** Only relations of this reference. */
  uri: Schema.optional(Text),
  /** Only relations of which one end, or more, is such a reference. */
  reference: Schema.optional(RequirementFilter)
})
export type ReviewFilter = typeof ReviewFilter.Type
