import { Schema } from "effect"
import { CatalogId } from "./Catalog.ts"

/** Which pairs of catalogs. */
export const CalibrationFilter = Schema.Struct({
  /** A catalog of either side. */
  from: Schema.optional(CatalogId),
  /** A catalog of the other side. */
  to: Schema.optional(CatalogId)
})
export type CalibrationFilter = typeof CalibrationFilter.Type
