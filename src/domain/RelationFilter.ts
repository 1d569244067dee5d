import { Schema } from "effect"
import { Confidence, RelationStatus, RelationType } from "./Relation.ts"
import { Text } from "./Text.ts"

/** Which relations to look at. Every part that is given must hold. */
export const RelationFilter = Schema.Struct({
  /** A catalog that a source is of. */
  from: Schema.optional(Text),
  /** A catalog that a target is of, or in which there is none. */
  to: Schema.optional(Text),
  /** A URI among the sources. */
  source: Schema.optional(Text),
  /** A URI among the targets. */
  target: Schema.optional(Text),
  /** One of these; an empty list lets nothing pass. */
  status: Schema.optional(Schema.Array(RelationStatus)),
  /** One of these; an empty list lets nothing pass. */
  type: Schema.optional(Schema.Array(RelationType)),
  minConfidence: Schema.optional(Confidence),
  maxConfidence: Schema.optional(Confidence),
  needsReview: Schema.optional(Schema.Boolean),
  /** What the method begins with, such as `suggest:` or `import:`. */
  method: Schema.optional(Text)
})
export type RelationFilter = typeof RelationFilter.Type
