import { Schema } from "effect"
import { CatalogId } from "./Catalog.ts"
import { SuggestMethod } from "./SuggestOptions.ts"
import { Text } from "./Text.ts"

/** What leads from one edition to the next: accepted relations between the two (`map`), or their comparison (`diff`). */
export const CarryThrough = Schema.Literals(["map", "diff"])
export type CarryThrough = typeof CarryThrough.Type

/** Which accepted relations to carry over to another edition. */
export const CarryOptions = Schema.Struct({
  /** The catalog at the other end of the relations, which stays as it is, such as `company@2026`. */
  catalog: CatalogId,
  /** The edition that the relations are with, such as `asvs@4.0.3`. */
  from: CatalogId,
  /**
   * The edition to carry them to, such as `asvs@5.0.0`. The same as `from` where a catalog is rolling: then what lost an end
   * is carried to where that went in the same catalog.
   */
  to: CatalogId,
  /**
   * What leads from one edition to the next. Default: both, of each reference the accepted relations to the other edition,
   * and where it has none, the comparison.
   */
  through: Schema.optional(CarryThrough),
  /** How the comparison finds likeness. Default: `hybrid`; `keyword` needs no model. */
  method: Schema.optional(SuggestMethod),
  /** Whether a relation whose texts are the same in both editions is carried as accepted. Default: false. */
  acceptUnchanged: Schema.optional(Schema.Boolean),
  /** Whether what is carried is stored. Default: true. */
  store: Schema.optional(Schema.Boolean),
  /** Who carries, as it stands in the log. */
  by: Schema.optional(Text)
}).check(
  Schema.makeFilter(({ catalog, from, to }) =>
    catalog === from || catalog === to
      ? { path: ["catalog"], issue: "the catalog at the other end, neither from nor to" }
      : undefined
  )
)
export type CarryOptions = typeof CarryOptions.Type
