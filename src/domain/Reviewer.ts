import { Schema } from "effect"
import { Text } from "./Text.ts"

/** Who decides. */
export const Reviewer = Schema.Struct({
  /** The reviewer's name, as it stands in the relation and in the log. */
  by: Schema.optional(Text)
})
export type Reviewer = typeof Reviewer.Type
