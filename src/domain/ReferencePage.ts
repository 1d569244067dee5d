import { Schema } from "effect"
import { Filter } from "./Filter.ts"
import { Reference } from "./Reference.ts"
import { Text } from "./Text.ts"

/** Which page of the references is asked for. */
export const PageOptions = Schema.Struct({
  filter: Schema.optional(Filter),
  /** How many at most, 1–1,000. Default: 100. */
  limit: Schema.optional(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1000 }))),
  /** The `next` of the page before. Default: the first page. */
  after: Schema.optional(Text)
})
export type PageOptions = typeof PageOptions.Type

/** A page of references. */
export class ReferencePage extends Schema.Class<ReferencePage>("crosswalk/ReferencePage")({
  /** In the natural order of their uris. */
  references: Schema.Array(Reference).check(Schema.isMaxLength(1000)),
  /**
   * What the next page is asked for with; absent on the last page. It stands for a place in the order, so what is saved or
   * removed between two pages neither repeats nor hides another reference.
   */
  next: Schema.optionalKey(Schema.String)
}) {}
