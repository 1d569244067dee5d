import { Schema } from "effect"
import { RequirementFilter } from "./Filter.ts"
import { Text } from "./Text.ts"

/** Which suggestions make room for new ones. */
export const SuggestionScope = Schema.Struct({
  /** The catalog of their sources. */
  from: Schema.optional(Text),
  /** The URI of their source. */
  source: Schema.optional(Text),
  /** Which references their sources are. */
  filter: Schema.optional(RequirementFilter),
  /** The catalog of their targets. */
  to: Text
})
export type SuggestionScope = typeof SuggestionScope.Type
