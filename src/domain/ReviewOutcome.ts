import { Schema } from "effect"
import { CatalogId } from "./Catalog.ts"
import { Decision, RelationState } from "./Decision.ts"
import { RelationEnds } from "./RelationEnds.ts"

/** A verdict that was not carried out, and why. */
export const Refusal = Schema.Struct({
  ...RelationEnds.fields,
  problem: Schema.String,
  /** The URI that is not stored, where that is why. */
  missing: Schema.optionalKey(Schema.String)
})
export type Refusal = typeof Refusal.Type

/** What became of verdicts. */
export const ReviewOutcome = Schema.Struct({
  /** Their number in the log, to take them back; absent where nothing changed. */
  step: Schema.optional(Schema.Natural),
  /** What was changed, in the order in which it was given. */
  decided: Schema.Array(Decision),
  /** How many had been decided just so before. */
  unchanged: Schema.Natural,
  /** What could not be done, and why; nothing of it was written. */
  refused: Schema.Array(Refusal)
})
export type ReviewOutcome = typeof ReviewOutcome.Type

/** What one verdict would change. */
export const ReviewChange = Schema.Struct({
  sources: RelationEnds.fields.sources,
  targets: RelationEnds.fields.targets,
  to: Schema.optionalKey(CatalogId),
  /** Absent where there is no relation yet. */
  before: Schema.optionalKey(RelationState),
  after: RelationState
})
export type ReviewChange = typeof ReviewChange.Type

/** What would become of verdicts; nothing was written. */
export const ReviewPreview = Schema.Struct({
  changes: Schema.Array(ReviewChange),
  unchanged: ReviewOutcome.fields.unchanged,
  refused: ReviewOutcome.fields.refused
})
export type ReviewPreview = typeof ReviewPreview.Type
