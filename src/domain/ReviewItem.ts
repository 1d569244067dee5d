import { Schema } from "effect"
import { MarkedText } from "./MarkedText.ts"
import { ConfidenceKind } from "./Proposal.ts"
import { Reference } from "./Reference.ts"
import { Relation } from "./Relation.ts"

/** A relation with the references at its ends, as a person reviews it. */
export class ReviewItem extends Schema.Class<ReviewItem>("crosswalk/ReviewItem")({
  relation: Relation,
  sources: Schema.NonEmptyArray(Reference),
  targets: Schema.Array(Reference),
  /** Changes with the texts, the type and the status; given back with a verdict, it tells whether they changed meanwhile. */
  version: Schema.String,
  /** What the confidence is: said by a person or a source, a probability, or an order only. */
  confidenceIs: ConfidenceKind,
  /** The texts of every end, with the words marked that the other side has too; present where asked for. */
  marked: Schema.optionalKey(Schema.Struct({ sources: Schema.Array(MarkedText), targets: Schema.Array(MarkedText) }))
}) {}
