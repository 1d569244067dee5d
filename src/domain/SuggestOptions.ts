import { Schema } from "effect"
import { CatalogId } from "./Catalog.ts"
import { RequirementFilter } from "./Filter.ts"
import { Confidence, RelationType } from "./Relation.ts"
import { NonBlankText } from "./Text.ts"

/** What suggestions are made from: meaning and words together, meaning alone, or words alone (which needs no model). */
export const SuggestMethod = Schema.Literals(["hybrid", "semantic", "keyword"])
export type SuggestMethod = typeof SuggestMethod.Type

/** What to suggest relations between: `to`, and exactly one of `from` and `source`. */
export const SuggestOptions = Schema.Struct({
  /** The catalog whose references are to be answered. */
  from: Schema.optional(CatalogId),
  /** The URI of the one reference that is to be answered. */
  source: Schema.optional(NonBlankText),
  /** The catalog in which counterparts are looked for. */
  to: CatalogId,
  /**
   * Which references of `from` are answered; at least one must pass. The others still count as competition, so that one
   * reference gets what it gets among all. Default: all.
   */
  filter: Schema.optional(RequirementFilter),
  /** At most this many suggestions a reference, from 1 up. Default: 5. */
  limit: Schema.optional(Schema.Int.check(Schema.isGreaterThan(0))),
  /** Default: `hybrid`. */
  method: Schema.optional(SuggestMethod),
  /** Suggestions below are left out. Default: 0. */
  minConfidence: Schema.optional(Confidence),
  /** The type of the relations that are stored. Default: `implements`. */
  type: Schema.optional(RelationType),
  /** Whether suggestions are stored as relations. Default: true. */
  store: Schema.optional(Schema.Boolean)
}).check(
  Schema.makeFilter(({ filter, from, source }) =>
    (from === undefined) === (source === undefined)
      ? { path: ["from"], issue: "either from (a catalog) or source (the URI of a reference)" }
      : filter !== undefined && from === undefined
        ? { path: ["filter"], issue: "only with from (a catalog)" }
        : undefined
  )
)
export type SuggestOptions = typeof SuggestOptions.Type
