import { SqlClient, Statement } from "effect/sql"
import type { RelationFilter } from "../domain/RelationFilter.ts"

/** The conditions of a filter on the ends of a relation, `RelationRow.from`; always at least one. */
export const conditions = (sql: SqlClient.SqlClient, filter: RelationFilter | undefined): Statement.Fragment => {
  const parts: Array<Statement.Fragment> = []
  if (filter?.from !== undefined) parts.push(sql`s.catalog = ${filter.from}`)
  if (filter?.to !== undefined) parts.push(sql`t.catalog = ${filter.to}`)
  if (filter?.source !== undefined) parts.push(sql`s.uri = ${filter.source}`)
  if (filter?.target !== undefined) parts.push(sql`t.uri = ${filter.target}`)
  for (const [column, values] of [
    ["status", filter?.status],
    ["type", filter?.type]
  ] as const) {
    if (values !== undefined) parts.push(values.length === 0 ? sql.literal("false") : sql.in(`x.${column}`, values))
  }
  if (filter?.minConfidence !== undefined) parts.push(sql`x.confidence >= ${filter.minConfidence}`)
  if (filter?.maxConfidence !== undefined) parts.push(sql`x.confidence <= ${filter.maxConfidence}`)
  if (filter?.needsReview !== undefined) parts.push(sql`x.needs_review = ${filter.needsReview ? 1 : 0}`)
  if (filter?.method !== undefined) {
    parts.push(sql`substr(x.provenance ->> '$.method', 1, length(${filter.method})) = ${filter.method}`)
  }
  return parts.length === 0 ? sql.literal("1 = 1") : Statement.and(parts)
}
