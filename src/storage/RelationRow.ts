import { DateTime, Schema } from "effect"
import { Provenance, Relation, RelationStatus, RelationType } from "../domain/Relation.ts"
import * as Columns from "./Columns.ts"

/** A relation `x` with both of its ends, `s` its source and `t` its target, to select from. */
export const from =
  "crosswalk_relation AS x JOIN crosswalk_reference AS s ON s.id = x.source_id " +
  "JOIN crosswalk_reference AS t ON t.id = x.target_id"

const expressions = {
  source: "s.uri",
  target: "t.uri",
  type: "x.type",
  confidence: Columns.real("x.confidence"),
  status: "x.status",
  needs_review: "x.needs_review",
  provenance: "x.provenance",
  created_at: "x.created_at",
  updated_at: "x.updated_at"
}

const columnsWith = (more: Readonly<Record<string, string>>) =>
  Columns.make("relation", { ...expressions, ...more }, ["source", "target"])

/** A relation, to select from {@link from}. */
export const columns = columnsWith({})

/** {@link columns} with the texts of both ends. */
export const columnsWithTexts = columnsWith({
  source_title: "s.title",
  source_description: "s.description",
  target_title: "t.title",
  target_description: "t.description"
})

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
