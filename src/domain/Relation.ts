import { Schema } from "effect"
import { NonBlankText, Text } from "./Text.ts"

/**
 * How the source of a relation stands to its target: it `implements` the target, asks for the same (`equal`), for a part
 * (`subset`), for more (`superset`), for something in common (`intersects`), or takes its place (`supersedes`).
 */
export const RelationType = Schema.Literals(["implements", "equal", "subset", "superset", "intersects", "supersedes"])
export type RelationType = typeof RelationType.Type

/** Whether a relation was proposed by a method, or a person said yes or no to it. */
export const RelationStatus = Schema.Literals(["suggested", "accepted", "rejected"])
export type RelationStatus = typeof RelationStatus.Type

/** A degree of belief from 0 to 1. */
export const Confidence = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))

/** Where a relation comes from. */
export const Provenance = Schema.Struct({
  /** What made it: `manual`, `import:…`, `suggest:…`. */
  method: NonBlankText,
  /** The fingerprint of the model, where one took part. */
  model: Schema.optionalKey(Text),
  /** The scores it was made from, by name. */
  scores: Schema.optionalKey(Schema.Record(Text, Schema.Finite)),
  /** The set of known answers on which the confidence was calibrated. */
  calibration: Schema.optionalKey(Text),
  /** Who made or last decided it. */
  by: Schema.optionalKey(Text),
  /** A remark by that person. */
  note: Schema.optionalKey(Text)
})
export type Provenance = typeof Provenance.Type

/** A typed, directed edge between two references. */
export class Relation extends Schema.Class<Relation>("crosswalk/Relation")({
  /** The URI it starts from. */
  source: NonBlankText,
  /** The URI it points to. */
  target: NonBlankText,
  type: RelationType,
  confidence: Confidence,
  status: RelationStatus,
  /** A text that was decided on has changed since. */
  needsReview: Schema.Boolean,
  provenance: Provenance,
  createdAt: Schema.DateTimeUtcFromString,
  updatedAt: Schema.DateTimeUtcFromString
}) {}
