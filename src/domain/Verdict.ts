import { Schema } from "effect"
import { Confidence, RelationType } from "./Relation.ts"
import { RelationEnds } from "./RelationEnds.ts"
import { Text } from "./Text.ts"

/** What a person says about a relation; its ends are those of `RelationEnds`. */
export const Verdict = Schema.Struct({
  ...RelationEnds.fields,
  /** Which relation between these ends; may be left out where there is only one, or none yet. */
  type: Schema.optional(RelationType),
  /** The type it gets. Default: the one it has. */
  as: Schema.optional(RelationType),
  status: Schema.Literals(["accepted", "rejected"]),
  /** How sure it is, 0 to 1. Default: as it was, or 1. */
  confidence: Schema.optional(Confidence),
  /** A remark. Default: the one that stands there. */
  note: Schema.optional(Text),
  /** The version that was looked at (see `ReviewItem`); the decision is refused where it has changed meanwhile. */
  seen: Schema.optional(Text)
})
export type Verdict = typeof Verdict.Type

/** A verdict on all relations that pass a filter. */
export const VerdictForAll = Schema.Struct({
  status: Verdict.fields.status,
  /** The type they get. Default: the one each has. */
  as: Schema.optional(RelationType),
  /** A remark. Default: the one that stands there. */
  note: Schema.optional(Text),
  /** The reviewer's name, as it stands in the relation and in the log. */
  by: Schema.optional(Text)
})
export type VerdictForAll = typeof VerdictForAll.Type
