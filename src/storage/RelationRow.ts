import { DateTime, Schema } from "effect"
import { Provenance, Relation, RelationStatus, RelationType } from "../domain/Relation.ts"

/** A stored relation with the URIs of its ends. */
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
