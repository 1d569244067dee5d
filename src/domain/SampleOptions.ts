import { Schema } from "effect"
import { CatalogId } from "./Catalog.ts"

/** A sample of the first proposals from one catalog to another. */
export const SampleOptions = Schema.Struct({
  /** The catalog of the references that are to be answered. */
  from: CatalogId,
  /** The catalog of what is proposed. */
  to: CatalogId,
  /** How many decisions the sample has in the end, those that were made included; from 1 to 10 000. Default: 30. */
  size: Schema.optional(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 10_000 }))),
  /** Another number draws another sample. Default: 1. */
  seed: Schema.optional(Schema.Int)
})
export type SampleOptions = typeof SampleOptions.Type
