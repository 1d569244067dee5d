import { Schema } from "effect"

/** How relations that exist already are treated. */
export const SaveManyOptions = Schema.Struct({
  /**
   * Leave out every pair of references of which a person decided already, whatever the type of that relation: what was
   * accepted or rejected stays as it is. Default: false.
   */
  keepDecided: Schema.optional(Schema.Boolean)
})
export type SaveManyOptions = typeof SaveManyOptions.Type
