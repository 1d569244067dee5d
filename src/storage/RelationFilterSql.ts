import { SqlClient, Statement } from "effect/sql"
import type { Filter } from "../domain/Filter.ts"
import type { RelationFilter } from "../domain/RelationFilter.ts"
import * as FilterSql from "./FilterSql.ts"
import * as PinRows from "./PinRows.ts"
import type { Side } from "./RelationRow.ts"

/** Whether a reference at one side of `x` is of a catalog, or that catalog is said to have no counterpart. */
export const isOf = (sql: SqlClient.SqlClient, side: Side, catalog: string): Statement.Fragment => {
  const found = sql`EXISTS (SELECT 1 FROM crosswalk_relation_end AS e
    JOIN crosswalk_reference AS r ON r.id = e.reference_id
    WHERE e.relation_id = x.id AND e.side = ${side} AND r.catalog = ${catalog})`
  return side === "source" ? found : sql`(x.catalog = ${catalog} OR ${found})`
}

/** Whether a reference is at one side of `x`; at either, where none is named. */
export const has = (sql: SqlClient.SqlClient, side: Side | undefined, uri: string): Statement.Fragment =>
  sql`x.id IN (SELECT relation_id FROM crosswalk_relation_end
    WHERE reference_id = (SELECT id FROM crosswalk_reference WHERE uri = ${uri})
      AND ${side === undefined ? sql.literal("true") : sql`side = ${side}`})`

/** Whether a reference at one side of `x` passes a filter; at either, where none is named. */
export const passes = (sql: SqlClient.SqlClient, side: Side | undefined, filter: Filter): Statement.Fragment =>
  sql`x.id IN (SELECT e.relation_id FROM crosswalk_relation_end AS e JOIN crosswalk_reference AS r ON r.id = e.reference_id
    WHERE ${side === undefined ? sql.literal("true") : sql`e.side = ${side}`} AND ${FilterSql.conditions(sql, filter)})`

/** The conditions of a filter on a relation `x`; always at least one. */
export const conditions = (sql: SqlClient.SqlClient, filter: RelationFilter | undefined): Statement.Fragment => {
  const parts: Array<Statement.Fragment> = []
  if (filter?.from !== undefined) parts.push(isOf(sql, "source", filter.from))
  if (filter?.to !== undefined) parts.push(isOf(sql, "target", filter.to))
  if (filter?.source !== undefined) parts.push(has(sql, "source", filter.source))
  if (filter?.target !== undefined) parts.push(has(sql, "target", filter.target))
  for (const [column, values] of [
    ["status", filter?.status],
    ["type", filter?.type]
  ] as const) {
    if (values !== undefined) parts.push(values.length === 0 ? sql.literal("false") : sql.in(`x.${column}`, values))
  }
  if (filter?.minConfidence !== undefined) parts.push(sql`x.confidence >= ${filter.minConfidence}`)
  if (filter?.maxConfidence !== undefined) parts.push(sql`x.confidence <= ${filter.maxConfidence}`)
  if (filter?.needsReview !== undefined) parts.push(sql.literal(PinRows.isReviewed(filter.needsReview)))
  if (filter?.method !== undefined) {
    parts.push(sql`substr(x.provenance ->> '$.method', 1, length(${filter.method})) = ${filter.method}`)
  }
  return parts.length === 0 ? sql.literal("1 = 1") : Statement.and(parts)
}
