import { Schema } from "effect"
import { Confidence, RelationStatus, RelationType } from "./Relation.ts"
import { Text } from "./Text.ts"

/** Which relations to look at. Every part that is given must hold. */
export const RelationFilter = Schema.Struct({
  /** The catalog of the source. */
  from: Schema.optional(Text),
  /** The catalog of the target. */
  to: Schema.optional(Text),
  /** The URI of the source. */
  source: Schema.optional(Text),
  /** The URI of the target. */
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
