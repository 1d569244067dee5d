import { Schema } from "effect"
import { Limit } from "./Limit.ts"
import { Text } from "./Text.ts"

/** Which part of the log of decisions to read. */
export const LogOptions = Schema.Struct({
  /** At most this many, the newest first. Default: 20. */
  limit: Schema.optional(Limit),
  /** Only decisions on relations of this reference. */
  uri: Schema.optional(Text)
})
export type LogOptions = typeof LogOptions.Type
