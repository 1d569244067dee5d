import { Schema } from "effect"
import { CatalogId } from "./Catalog.ts"

/** Where a name is looked for. */
export const ResolveOptions = Schema.Struct({
  /** Only in this catalog. Default: in all. */
  catalog: Schema.optional(CatalogId)
})
export type ResolveOptions = typeof ResolveOptions.Type
