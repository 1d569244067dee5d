import { Schema } from "effect"

/** Which end of a relation a reference is: `outgoing`, its source; `incoming`, its target. */
export const RelationDirection = Schema.Literals(["outgoing", "incoming"])
export type RelationDirection = typeof RelationDirection.Type
