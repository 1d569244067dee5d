import { Schema } from "effect"
import { Confidence, Provenance, RelationStatus, RelationType } from "./Relation.ts"
import { canonical, faultOf, RelationEnds } from "./RelationEnds.ts"

/** What a caller gives to save a relation between stored references, or of stored references to nothing in a catalog. */
export const RelationInput = Schema.Struct({
  ...RelationEnds.fields,
  /** Default: `implements`; without targets `no-relationship`. */
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
  Schema.makeFilter((input) => {
    const fault = faultOf(input, input.type)
    return fault === undefined ? undefined : { path: [fault.field], issue: fault.expected }
  })
)
export type RelationInput = typeof RelationInput.Type

/** The type of a relation for which none is said. */
export const typeOf = (targets: ReadonlyArray<string>): RelationType =>
  targets.length === 0 ? "no-relationship" : "implements"

/** An input with its defaults. */
export const complete = ({
  confidence = 1,
  needsReview = false,
  provenance,
  status = "accepted",
  type,
  ...ends
}: RelationInput) => ({
  ...canonical(ends),
  type: type ?? typeOf(ends.targets),
  confidence,
  status,
  needsReview: needsReview && status !== "suggested" ? 1 : 0,
  provenance: provenance ?? { method: "manual" }
})
