import { Schema } from "effect"
import { Limit } from "./Limit.ts"
import { Reviewer } from "./Reviewer.ts"

/** Which decisions to take back. */
export const UndoOptions = Schema.Struct({
  ...Reviewer.fields,
  /** How many steps, the newest first. Default: 1. */
  steps: Schema.optional(Limit),
  /** This step and no other. */
  step: Schema.optional(Schema.Natural)
})
export type UndoOptions = typeof UndoOptions.Type
