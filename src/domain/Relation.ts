import { Schema } from "effect"
import { CatalogId } from "./Catalog.ts"
import { RelationEnds } from "./RelationEnds.ts"
import { NonBlankText, Text } from "./Text.ts"

/**
 * How the sources of a relation, together, stand to its targets: they `implement` the targets, ask for the same (`equal`),
 * for a part (`subset`), for more (`superset`), for something in common (`intersects`), take their place (`supersedes`),
 * or have nothing to do with them (`no-relationship`).
 */
export const RelationType = Schema.Literals([
  "implements",
  "equal",
  "subset",
  "superset",
  "intersects",
  "supersedes",
  "no-relationship"
])
export type RelationType = typeof RelationType.Type

/** Whether a relation was proposed by a method, or a person said yes or no to it. */
export const RelationStatus = Schema.Literals(["suggested", "accepted", "rejected"])
export type RelationStatus = typeof RelationStatus.Type

/** A degree of belief from 0 to 1. */
export const Confidence = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))

/** How a published mapping says that its relations were made, in the words of OSCAL and NIST IR 8477. */
export const Made = Schema.Struct({
  /** Who mapped: people, a program, or both. */
  mapper: Schema.optionalKey(Schema.Literals(["human", "automation", "hybrid"])),
  /** What was compared: the words, what they mean, or what comes of them. */
  rationale: Schema.optionalKey(Schema.Literals(["syntactic", "semantic", "functional"])),
  /** How strong the relation is, 0–10. */
  strength: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 10 })))
})
export type Made = typeof Made.Type

/** A relation on the way to another: the targets of one are the sources of the next. */
export const RelationStep = Schema.Struct({
  sources: RelationEnds.fields.sources,
  targets: RelationEnds.fields.targets,
  /** The catalog in which the sources have no counterpart; exactly where there are no targets. */
  to: Schema.optionalKey(CatalogId),
  type: RelationType,
  confidence: Confidence,
  /** What it rests on: that a person accepted it, the same UUID, the same text, or likeness. */
  basis: Schema.Literals(["relation", "uuid", "text", "suggestion"])
})
export type RelationStep = typeof RelationStep.Type

/** Where a relation comes from. */
export const Provenance = Schema.Struct({
  /** What made it: `manual`, `import:…`, `suggest:…`, `carry:…`. */
  method: NonBlankText,
  ...Made.fields,
  /** The fingerprint of the model, where one took part. */
  model: Schema.optionalKey(Text),
  /** The scores it was made from, by name. */
  scores: Schema.optionalKey(Schema.Record(Text, Schema.Finite)),
  /** The set of known answers on which the confidence was calibrated. */
  calibration: Schema.optionalKey(Text),
  /** What it follows from, from its sources to its targets, where it follows from others. */
  path: Schema.optionalKey(Schema.Array(RelationStep)),
  /** Who made or last decided it. */
  by: Schema.optionalKey(Text),
  /** A remark by that person. */
  note: Schema.optionalKey(Text)
})
export type Provenance = typeof Provenance.Type

/** A typed, directed relation between two sets of references; between two references, where each has one. */
export class Relation extends Schema.Class<Relation>("crosswalk/Relation")({
  /** The URIs it starts from, in natural order. */
  sources: RelationEnds.fields.sources,
  /** The URIs it points to, in natural order. */
  targets: RelationEnds.fields.targets,
  /** The catalog in which the sources have no counterpart; exactly where there are no targets. */
  to: Schema.optionalKey(CatalogId),
  type: RelationType,
  confidence: Confidence,
  status: RelationStatus,
  /** A text that was decided on has changed since. */
  needsReview: Schema.Boolean,
  provenance: Provenance,
  createdAt: Schema.DateTimeUtcFromString,
  updatedAt: Schema.DateTimeUtcFromString
}) {}
