import { Schema } from "effect"
import { CarryThrough } from "./CarryOptions.ts"
import { CatalogId } from "./Catalog.ts"
import { Possibility } from "./Change.ts"
import { Confidence, Provenance, RelationType } from "./Relation.ts"
import { RelationEnds } from "./RelationEnds.ts"

/**
 * Why a relation is carried as it is, or is not: its text is the same (`unchanged`), has another identifier (`moved`) or
 * another wording (`reworded`); its reference was `split`, `merged` or `deleted`, or that is `unclear`; the identifier it had
 * now names another reference (`reused`); its set is not whole (`incomplete`); of the relations together nothing follows
 * (`nothing-follows`); it says that there is no relation (`negative`); it awaits review itself (`needs-review`).
 */
export const CarryReason = Schema.Literals([
  "unchanged",
  "moved",
  "reworded",
  "split",
  "merged",
  "deleted",
  "unclear",
  "reused",
  "incomplete",
  "nothing-follows",
  "negative",
  "needs-review"
])
export type CarryReason = typeof CarryReason.Type

/**
 * What becomes of what is proposed: it is `accepted` or `suggested`, was there already (`unchanged`), or a person decided
 * between its ends before, which stays (`decided`).
 */
export const CarryOutcome = Schema.Literals(["accepted", "suggested", "unchanged", "decided"])
export type CarryOutcome = typeof CarryOutcome.Type

/** A relation that follows from one that was accepted. */
export class CarriedRelation extends Schema.Class<CarriedRelation>("crosswalk/CarriedRelation")({
  sources: RelationEnds.fields.sources,
  targets: RelationEnds.fields.targets,
  to: Schema.optionalKey(CatalogId),
  type: RelationType,
  /** That of the accepted relation times that of each step. Half of it where nothing follows. */
  confidence: Confidence,
  /** What was accepted and the steps between the editions, from its sources to its targets. */
  provenance: Provenance,
  reasons: Schema.Array(CarryReason),
  outcome: CarryOutcome
}) {}

/** A reference of which it is unclear what continues it. */
export const UnclearEnd = Schema.Struct({ uri: Schema.String, possible: Schema.Array(Possibility) })
export type UnclearEnd = typeof UnclearEnd.Type

/** What becomes of one accepted relation. */
export class Carried extends Schema.Class<Carried>("crosswalk/Carried")({
  sources: RelationEnds.fields.sources,
  targets: RelationEnds.fields.targets,
  to: Schema.optionalKey(CatalogId),
  type: RelationType,
  confidence: Confidence,
  /** What follows from it in the other edition; empty where nothing does. */
  successors: Schema.Array(CarriedRelation),
  /** Its references that nothing continues. */
  missing: Schema.Array(Schema.String),
  /** Its references of which that is unclear. */
  unclear: Schema.Array(UnclearEnd),
  /** Its references whose identifier names another reference in the other edition. */
  reused: Schema.Array(Schema.String)
}) {}

/** What was carried over. */
export class CarryReport extends Schema.Class<CarryReport>("crosswalk/CarryReport")({
  catalog: CatalogId,
  from: CatalogId,
  to: CatalogId,
  /** Absent where both were used. */
  through: Schema.optionalKey(CarryThrough),
  /** The step of the log of decisions, to take it back; absent where nothing was stored. */
  step: Schema.optionalKey(Schema.Natural),
  /** One for each accepted relation, in the order in which they were first saved. */
  relations: Schema.Array(Carried),
  totals: Schema.Struct({
    /** Accepted relations that were looked at. */
    relations: Schema.Natural,
    /** Those of which nothing follows in the other edition. */
    withoutSuccessor: Schema.Natural,
    /** How many of what follows are of each outcome. */
    successors: Schema.Record(CarryOutcome, Schema.Natural),
    /** How many accepted relations each reason holds for. */
    reasons: Schema.Record(CarryReason, Schema.Natural)
  })
}) {}
