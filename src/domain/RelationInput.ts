import { Schema } from "effect"
import { Confidence, Provenance, RelationStatus, RelationType } from "./Relation.ts"
import { NonBlankText } from "./Text.ts"

/** What a caller gives to save a relation between two stored references, which are not the same. */
export const RelationInput = Schema.Struct({
  /** The URI it starts from. */
  source: NonBlankText,
  /** The URI it points to. */
  target: NonBlankText,
  /** Default: `implements`. */
  type: Schema.optional(RelationType),
  /** 0–1. Default: 1. */
  confidence: Schema.optional(Confidence),
  /** Default: `accepted`. */
  status: Schema.optional(RelationStatus),
  /** A text that was decided on has changed since; a suggestion is never marked. Default: false. */
  needsReview: Schema.optional(Schema.Boolean),
  /** Default: `{ method: "manual" }`. */
  provenance: Schema.optional(Provenance)
}).check(
  Schema.makeFilter(({ source, target }) =>
    source === target ? { path: ["target"], issue: "another reference than the source" } : undefined
  )
)
export type RelationInput = typeof RelationInput.Type

/** An input with its defaults. */
export const complete = ({
  confidence = 1,
  needsReview = false,
  provenance,
  source,
  status = "accepted",
  target,
  type
}: RelationInput) => ({
  source,
  target,
  type: type ?? ("implements" as const),
  confidence,
  status,
  needsReview: needsReview && status !== "suggested" ? 1 : 0,
  provenance: provenance ?? { method: "manual" }
})
