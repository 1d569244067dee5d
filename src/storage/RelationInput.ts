import { Schema } from "effect"
import { Confidence, Provenance, RelationStatus, RelationType } from "../domain/Relation.ts"
import { NonBlankText } from "../domain/Text.ts"

/** What a caller gives to save a relation between two stored references. */
export const RelationInput = Schema.Struct({
  /** The URI it starts from. */
  source: NonBlankText,
  /** The URI it points to. */
  target: NonBlankText,
  /** `implements` unless told. */
  type: Schema.optional(RelationType),
  /** 0–1; 1 unless told. */
  confidence: Schema.optional(Confidence),
  /** `accepted` unless told. */
  status: Schema.optional(RelationStatus),
  /** `{ method: "manual" }` unless told. */
  provenance: Schema.optional(Provenance)
})
export type RelationInput = typeof RelationInput.Type

/** An input with its defaults. */
export const complete = ({ confidence = 1, provenance, source, status = "accepted", target, type }: RelationInput) => ({
  source,
  target,
  type: type ?? ("implements" as const),
  confidence,
  status,
  provenance: provenance ?? { method: "manual" }
})
