import { Schema } from "effect"
import { Reference } from "./Reference.ts"
import { Confidence } from "./Relation.ts"

/**
 * What became of a reference from one version of a catalog to another: nothing (`unchanged`), it has another identifier
 * (`moved`), another text (`modified`), several successors (`split`), a successor that continues another reference too
 * (`merged`), or none (`deleted`); `new` is what has no predecessor. Where likeness is too weak to tell, it is `unclear`.
 */
export const ChangeKind = Schema.Literals([
  "unchanged",
  "moved",
  "modified",
  "split",
  "merged",
  "deleted",
  "new",
  "unclear"
])
export type ChangeKind = typeof ChangeKind.Type

/** A run of words that is in both texts, or only in the one after or before. */
export const TextChange = Schema.Struct({
  operation: Schema.Literals(["equal", "insert", "delete"]),
  text: Schema.String
})
export type TextChange = typeof TextChange.Type

/** Where a pair of references comes from: a relation that a person accepted, a UUID that both have, equal texts, or likeness. */
export const ChangeBasis = Schema.Literals(["relation", "uuid", "text", "suggestion"])
export type ChangeBasis = typeof ChangeBasis.Type

/** A reference of the later version that continues one of the earlier version. */
export class Successor extends Schema.Class<Successor>("crosswalk/Successor")({
  reference: Reference,
  basis: ChangeBasis,
  /** How certain the pair is: 1 for UUIDs and equal texts, what the relation says, or the calibrated probability. */
  confidence: Confidence,
  /** Whether it continues this reference before any other. */
  isMain: Schema.Boolean,
  /** The differences of the titles, word by word. */
  title: Schema.Array(TextChange),
  /** The differences of the descriptions, word by word. */
  description: Schema.Array(TextChange)
}) {}

/** A reference of the other version that may be the counterpart of one, though that is not likely enough to say so. */
export class Possibility extends Schema.Class<Possibility>("crosswalk/Possibility")({
  reference: Reference,
  /** The probability that it is, as calibrated. */
  confidence: Confidence
}) {}

/** What became of one reference. */
export class Change extends Schema.Class<Change>("crosswalk/Change")({
  /** One kind, or several that hold together, such as `moved` and `modified`. */
  kinds: Schema.NonEmptyArray(ChangeKind),
  /** Absent for what is new, and for a reference of the later version of which that is unclear. */
  before: Schema.optionalKey(Reference),
  /** The main one first; where there is none before, that reference alone. */
  after: Schema.Array(Successor),
  /** What may be its counterpart where that is unclear, the likeliest first; else empty. */
  possible: Schema.Array(Possibility)
}) {}

/** The differences of two versions of a catalog. */
export class CatalogChanges extends Schema.Class<CatalogChanges>("crosswalk/CatalogChanges")({
  before: Schema.String,
  after: Schema.String,
  /** By the URI before, then what is new by its URI. */
  changes: Schema.Array(Change),
  /** How many changes are of each kind; one of several kinds counts for each. */
  totals: Schema.Record(ChangeKind, Schema.Natural)
}) {}
