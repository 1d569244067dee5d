import { Schema } from "effect"
import { Limit } from "./Limit.ts"
import { RelationEnds } from "./RelationEnds.ts"
import { Text } from "./Text.ts"

/** Which part of the log of decisions to read. */
export const LogOptions = Schema.Struct({
  /** At most this many, the newest first. Default: 20. */
  limit: Schema.optional(Limit),
  /** Only decisions on relations of this reference. */
  uri: Schema.optional(Text),
  /** Only decisions between these ends, whatever their type: the history of a relation. */
  ends: Schema.optional(RelationEnds),
  /** Only entries before this one, by its `id`: the page after the one that ends with it. */
  before: Schema.optional(Schema.Natural)
})
export type LogOptions = typeof LogOptions.Type
