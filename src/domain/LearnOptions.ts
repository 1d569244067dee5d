import { Schema } from "effect"

/** How the boilerplate of a catalog is learnt. */
export const LearnOptions = Schema.Struct({
  /** Learn it again although it is known. Default: false. */
  refresh: Schema.optional(Schema.Boolean)
})
export type LearnOptions = typeof LearnOptions.Type
