import { Schema } from "effect"
import { Confidence } from "./Relation.ts"
import { RelationKey } from "./RelationKey.ts"

/**
 * How a reference differs from what was read when people accepted relations of it: it is `gone`; its identifier names another
 * control (`other`), by the UUIDs of both; its text is `reworded`; `metadata` differ only; or what was read is `unknown`, as a
 * text had changed before decisions were pinned.
 */
export const MovedKind = Schema.Literals(["gone", "other", "reworded", "metadata", "unknown"])
export type MovedKind = typeof MovedKind.Type

/** A reference that is what was read elsewhere. */
export const Went = Schema.Struct({
  uri: Schema.String,
  catalog: Schema.optionalKey(Schema.String),
  /** What tells that: it has the UUID, or else the text, that was read. */
  basis: Schema.Literals(["uuid", "text"]),
  /** Whether its text is what was read, and it is the only one. */
  isUnchanged: Schema.Boolean
})
export type Went = typeof Went.Type

/** An accepted relation, as it says of the references that it was decided on. */
export const MovedRelation = Schema.Struct({ ...RelationKey.fields, confidence: Confidence })
export type MovedRelation = typeof MovedRelation.Type

/** A reference that is not, or no longer, what accepted relations rest on. */
export class Moved extends Schema.Class<Moved>("crosswalk/Moved")({
  uri: Schema.String,
  /** The catalog it was read in. */
  catalog: Schema.optionalKey(Schema.String),
  kind: MovedKind,
  /** The title that was read; absent where that is not known. */
  read: Schema.optionalKey(Schema.String),
  /** The title that is stored; absent where it is gone. */
  now: Schema.optionalKey(Schema.String),
  /** Of what is gone or another control: the references that have its UUID, or else its text. */
  went: Schema.Array(Went),
  /** The accepted relations that rest on it, also those that are none as long as it is gone. */
  relations: Schema.Array(MovedRelation)
}) {}

/**
 * How many accepted relations have an end that moved, each counted for the worst of its ends: what is `gone` before what is
 * another control (`other`), before what is `unknown`, before what is `reworded`.
 */
export const MovedCounts = Schema.Struct({
  gone: Schema.Natural,
  other: Schema.Natural,
  unknown: Schema.Natural,
  reworded: Schema.Natural
})
export type MovedCounts = typeof MovedCounts.Type
