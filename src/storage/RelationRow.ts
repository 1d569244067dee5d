import { DateTime, Schema } from "effect"
import { Provenance, Relation, RelationStatus, RelationType } from "../domain/Relation.ts"

/** A relation `x` with both of its ends, `s` its source and `t` its target, to select from. */
export const from =
  "crosswalk_relation AS x JOIN crosswalk_reference AS s ON s.id = x.source_id " +
  "JOIN crosswalk_reference AS t ON t.id = x.target_id"

/** The columns of a relation, to select from {@link from}. */
export const columns =
  "s.uri AS source, t.uri AS target, x.type, x.confidence, x.status, x.needs_review, x.provenance, x.created_at, " +
  "x.updated_at"

/** A row of {@link columns}. */
export const RelationRow = Schema.Struct({
  source: Schema.String,
  target: Schema.String,
  type: RelationType,
  confidence: Schema.Finite,
  status: RelationStatus,
  needs_review: Schema.Int,
  provenance: Schema.fromJsonString(Provenance),
  created_at: Schema.Int,
  updated_at: Schema.Int
})

/** The relation of a row. */
export const toRelation = (row: typeof RelationRow.Type): Relation =>
  new Relation({
    source: row.source,
    target: row.target,
    type: row.type,
    confidence: row.confidence,
    status: row.status,
    needsReview: row.needs_review !== 0,
    provenance: row.provenance,
    createdAt: DateTime.makeUnsafe(row.created_at),
    updatedAt: DateTime.makeUnsafe(row.updated_at)
  })
