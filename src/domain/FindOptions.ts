import { Schema } from "effect"
import { Filter } from "./Filter.ts"
import { Limit } from "./Limit.ts"

/** Which references to return, and how many at the most. */
export const FindOptions = Schema.Struct({
  /** A whole number from 0 up. Default: 10. */
  limit: Schema.optional(Limit),
  filter: Schema.optional(Filter)
})
export type FindOptions = typeof FindOptions.Type
