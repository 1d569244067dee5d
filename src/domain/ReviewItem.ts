import { Schema } from "effect"
import { CatalogId } from "./Catalog.ts"
import { Reference } from "./Reference.ts"
import { Confidence, Relation, RelationStatus, RelationType } from "./Relation.ts"

/** A relation with both its references, as a person reviews it. */
export class ReviewItem extends Schema.Class<ReviewItem>("crosswalk/ReviewItem")({
  relation: Relation,
  source: Reference,
  target: Reference,
  /** Changes with the texts, the type and the status; given back with a verdict, it tells whether they changed meanwhile. */
  version: Schema.String
}) {}

/** Which relations to review. Every part that is given must hold. */
export const ReviewFilter = Schema.Struct({
  /** A catalog that one end is of. */
  from: Schema.optional(CatalogId),
  /** A catalog that the other end is of. */
  to: Schema.optional(CatalogId),
  /** `suggested` unless told, or anything decided with `needsReview`. */
  status: Schema.optional(RelationStatus),
  /** Only decisions on texts that have changed since. */
  needsReview: Schema.optional(Schema.Boolean),
  type: Schema.optional(RelationType),
  minConfidence: Schema.optional(Confidence),
  maxConfidence: Schema.optional(Confidence),
  /** Only relations of this reference. */
  uri: Schema.optional(Schema.String)
})
export type ReviewFilter = typeof ReviewFilter.Type
