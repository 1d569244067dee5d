import { Schema } from "effect"

/** How relations that exist already are treated. */
export const SaveManyOptions = Schema.Struct({
  /**
   * Leave out what a person decided already: relations of ends that were accepted or rejected, whatever the type, and
   * those inside of an accepted relation of larger sets. What was decided stays as it is. Default: false.
   */
  keepDecided: Schema.optional(Schema.Boolean)
})
export type SaveManyOptions = typeof SaveManyOptions.Type
