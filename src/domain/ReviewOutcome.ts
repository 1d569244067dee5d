import { Schema } from "effect"
import type { Decision } from "./Decision.ts"
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
export interface ReviewOutcome {
  /** Their number in the log, to take them back; undefined where nothing changed. */
  readonly step: number | undefined
  /** What was changed, in the order in which it was given. */
  readonly decided: ReadonlyArray<Decision>
  /** How many had been decided just so before. */
  readonly unchanged: number
  /** What could not be done, and why; nothing of it was written. */
  readonly refused: ReadonlyArray<Refusal>
}
