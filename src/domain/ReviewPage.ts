import { Schema } from "effect"
import { PageOptions } from "./ReferencePage.ts"
import { ReviewFilter } from "./ReviewFilter.ts"
import { ReviewItem } from "./ReviewItem.ts"

/** Which page of what is to be reviewed is asked for. */
export const ReviewPageOptions = Schema.Struct({
  ...PageOptions.fields,
  filter: Schema.optional(ReviewFilter),
  /** Whether items say which words the texts of both sides have in common. Default: false. */
  marked: Schema.optional(Schema.Boolean)
})
export type ReviewPageOptions = typeof ReviewPageOptions.Type

/** A page of what is to be reviewed. */
export class ReviewPage extends Schema.Class<ReviewPage>("crosswalk/ReviewPage")({
  /** Those of one source together, the surest first. */
  items: Schema.Array(ReviewItem).check(Schema.isMaxLength(1000)),
  /** How many pass the filter on all pages. */
  total: Schema.Natural,
  /**
   * What the next page is asked for with; absent on the last page. It stands for a place in the order, so what is decided
   * between two pages neither repeats nor hides another relation.
   */
  next: Schema.optionalKey(Schema.String)
}) {}
