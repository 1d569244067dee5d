import { Schema } from "effect"
import { Reference } from "./Reference.ts"
import { Relation } from "./Relation.ts"

/** A relation with both its references, as a person reviews it. */
export class ReviewItem extends Schema.Class<ReviewItem>("crosswalk/ReviewItem")({
  relation: Relation,
  source: Reference,
  target: Reference,
  /** Changes with the texts, the type and the status; given back with a verdict, it tells whether they changed meanwhile. */
  version: Schema.String
}) {}
