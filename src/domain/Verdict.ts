import { Schema } from "effect"
import { Confidence, RelationType } from "./Relation.ts"
import { Chosen } from "./Chosen.ts"
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
  seen: Schema.optional(Text),
  /** How it was chosen. Only what was drawn by `Review.sample` is a `sample`. Default: `name`. */
  chosen: Schema.optional(Chosen)
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
  by: Schema.optional(Text),
  /**
   * Only first proposals of which at least this share is right, above 0 and below 1, as far as sampled decisions bear it;
   * fails where they do not. Needs the catalogs `from` and `to`, and the status `accepted`.
   */
  minPrecision: Schema.optional(Schema.Finite.check(Schema.isGreaterThan(0), Schema.isLessThan(1))),
  /** Accepts by `minConfidence` also where confidences are an order only. Default: false. */
  force: Schema.optional(Schema.Boolean)
})
export type VerdictForAll = typeof VerdictForAll.Type
