import { Schema } from "effect"
import { CatalogId } from "./Catalog.ts"
import { SuggestMethod } from "./SuggestOptions.ts"

/** How relations that a person accepted or rejected count: before likeness, instead of it, or not at all. */
export const RelationUse = Schema.Literals(["first", "only", "ignore"])
export type RelationUse = typeof RelationUse.Type

/** What to compare. */
export const DiffOptions = Schema.Struct({
  /** The earlier version, such as `asvs@4.0.3`. */
  before: CatalogId,
  /** The later version, such as `asvs@5.0.0`. */
  after: CatalogId,
  /** How likeness is found. Default: `hybrid`. */
  method: Schema.optional(SuggestMethod),
  /**
   * How relations that a person accepted or rejected count: before likeness (`first`, the default), instead of it (`only`:
   * what has neither a relation nor an equal text is deleted or new), or not at all (`ignore`).
   */
  relations: Schema.optional(RelationUse)
}).check(
  Schema.makeFilter(({ after, before }) =>
    after === before
      ? { path: ["after"], issue: "another version than before, such as asvs@4.0.3 and asvs@5.0.0" }
      : undefined
  )
)
export type DiffOptions = typeof DiffOptions.Type
