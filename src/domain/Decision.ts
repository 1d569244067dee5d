import { Schema } from "effect"
import { CatalogId } from "./Catalog.ts"
import { Chosen } from "./Chosen.ts"
import { Confidence, Provenance, RelationStatus, RelationType } from "./Relation.ts"
import { RelationEnds } from "./RelationEnds.ts"
import { Text } from "./Text.ts"

/** What can change about a relation. */
export const RelationState = Schema.Struct({
  type: RelationType,
  status: RelationStatus,
  confidence: Confidence,
  needsReview: Schema.Boolean,
  provenance: Provenance,
  /** What was decided on, by the numbers of its readings, so that undo restores it; absent of suggestions. */
  pins: Schema.optionalKey(Schema.Array(Schema.Natural))
})
export type RelationState = typeof RelationState.Type

/** An entry of the log of decisions: what a person said about a relation, and what it was before. */
export class Decision extends Schema.Class<Decision>("crosswalk/Decision")({
  /** Ascends with time. */
  id: Schema.Natural,
  /** The decisions of one command have the same; it is what undo takes back as a whole. */
  step: Schema.Natural,
  sources: RelationEnds.fields.sources,
  targets: RelationEnds.fields.targets,
  to: Schema.optionalKey(CatalogId),
  /** Absent where there was no relation. */
  before: Schema.optionalKey(RelationState),
  /** Absent where the relation is gone, as after the undo of one that was added. */
  after: Schema.optionalKey(RelationState),
  /** The reviewer. */
  by: Schema.optionalKey(Text),
  note: Schema.optionalKey(Text),
  /** How the relation was chosen to be decided on; absent in entries of undo, and in those of before 0.2. */
  chosen: Schema.optionalKey(Chosen),
  /** The step that this one took back. */
  undoes: Schema.optionalKey(Schema.Natural),
  at: Schema.DateTimeUtcFromString
}) {}
