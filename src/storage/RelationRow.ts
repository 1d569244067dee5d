import { DateTime, Schema } from "effect"
import { CatalogId } from "../domain/Catalog.ts"
import { Confidence, Provenance, Relation, RelationStatus, RelationType } from "../domain/Relation.ts"
import { NonBlankText } from "../domain/Text.ts"
import * as Columns from "./Columns.ts"
import * as PinRows from "./PinRows.ts"

/** A relation `x`, to select from. */
export const from = "crosswalk_relation AS x"

export type Side = "source" | "target"

/**
 * What expressions say of each reference `r` at one side of `x`, in natural order: a list of lists. The server's parser
 * knows no order inside of an aggregate; that of a subquery below one is kept.
 */
export const listOf = (side: Side, ...expressions: ReadonlyArray<string>): Columns.Json => ({
  json: `(SELECT json_group_array(json(one)) FROM (SELECT ${Columns.list(...expressions)} AS one
    FROM crosswalk_relation_end AS e JOIN crosswalk_reference AS r ON r.id = e.reference_id
    WHERE e.relation_id = x.id AND e.side = '${side}' ORDER BY r.natural, r.uri))`
})

/** What an expression says of the first reference `r` at one side of `x`. */
export const firstOf = (side: Side, expression: string): string =>
  `(SELECT ${expression} FROM crosswalk_relation_end AS e JOIN crosswalk_reference AS r ON r.id = e.reference_id
    WHERE e.relation_id = x.id AND e.side = '${side}' ORDER BY r.natural, r.uri LIMIT 1)`

/** The expressions of a relation, with what others say of every end. */
export const expressionsWith = (...more: ReadonlyArray<string>) => ({
  sources: listOf("source", "r.uri", ...more),
  targets: listOf("target", "r.uri", ...more),
  catalog: "x.catalog",
  type: "x.type",
  confidence: Columns.real("x.confidence"),
  status: "x.status",
  needs_review: { json: PinRows.needsReview },
  provenance: "x.provenance",
  created_at: "x.created_at",
  updated_at: "x.updated_at"
})

/** What names a relation for people. */
export const keys = ["sources", "type", "targets"] as const

/** A relation, to select from {@link from}. */
export const columns = Columns.make("relation", expressionsWith(), keys)

/** A reference at an end: its URI, and what else was asked for. */
export const End = Schema.TupleWithRest(Schema.Tuple([NonBlankText]), [Schema.NullOr(Schema.String)])
type End = typeof End.Type

/** The URIs of ends. */
export const urisOf = ([[first], ...others]: readonly [End, ...ReadonlyArray<End>]) =>
  [first, ...others.map(([uri]) => uri)] as const

/** The ends of a row. */
export const endsOf = ({
  catalog,
  sources,
  targets
}: Pick<typeof RelationRow.Type, "catalog" | "sources" | "targets">) => ({
  sources: urisOf(sources),
  targets: targets.map(([uri]) => uri),
  ...(catalog !== null && { to: catalog })
})

/** A row of {@link columns}. */
export const RelationRow = Schema.Struct({
  sources: Schema.NonEmptyArray(End),
  targets: Schema.Array(End),
  catalog: Schema.NullOr(CatalogId),
  type: RelationType,
  confidence: Confidence,
  status: RelationStatus,
  needs_review: Schema.Int,
  provenance: Schema.fromJsonString(Provenance),
  created_at: Columns.Moment,
  updated_at: Columns.Moment
})

/** The relation of a row. */
export const toRelation = (row: typeof RelationRow.Type): Relation =>
  new Relation({
    ...endsOf(row),
    type: row.type,
    confidence: row.confidence,
    status: row.status,
    needsReview: row.needs_review !== 0,
    provenance: row.provenance,
    createdAt: DateTime.makeUnsafe(row.created_at),
    updatedAt: DateTime.makeUnsafe(row.updated_at)
  })
