import { Schema } from "effect"

/** Which references a search looks at. Every part that is given must hold; it applies before the best are chosen. */
export const Filter = Schema.Struct({
  /** Only references of this catalog. */
  catalog: Schema.optional(Schema.String),
  /** Only references of this type. */
  entityType: Schema.optional(Schema.String),
  /** Only references that have all of these tags. */
  tags: Schema.optional(Schema.Array(Schema.String))
})
export type Filter = typeof Filter.Type
