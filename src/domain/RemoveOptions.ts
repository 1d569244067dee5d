import { Schema } from "effect"

/** How a reference is removed. */
export const RemoveOptions = Schema.Struct({
  /** Remove it also where a relation that a person decided on goes with it. Default: false. */
  force: Schema.optional(Schema.Boolean)
})
export type RemoveOptions = typeof RemoveOptions.Type
