import { Schema } from "effect"
import { Relation } from "./Relation.ts"
import { RelationFilter } from "./RelationFilter.ts"
import { PageOptions } from "./ReferencePage.ts"

/** Which page of the relations is asked for. */
export const RelationPageOptions = Schema.Struct({
  ...PageOptions.fields,
  filter: Schema.optional(RelationFilter)
})
export type RelationPageOptions = typeof RelationPageOptions.Type

/** A page of relations. */
export class RelationPage extends Schema.Class<RelationPage>("crosswalk/RelationPage")({
  /** In the order in which they were first saved. */
  relations: Schema.Array(Relation).check(Schema.isMaxLength(1000)),
  /** What the next page is asked for with; absent on the last page. */
  next: Schema.optionalKey(Schema.String)
}) {}
