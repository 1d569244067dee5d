import { SqlClient, Statement } from "effect/sql"
import type { RelationStatus, RelationType } from "../domain/Relation.ts"

/** Which relations to look at. Every part that is given must hold. */
export interface RelationFilter {
  /** The catalog of the source. */
  readonly from?: string | undefined
  /** The catalog of the target. */
  readonly to?: string | undefined
  /** The URI of the source. */
  readonly source?: string | undefined
  /** The URI of the target. */
  readonly target?: string | undefined
  /** One of these; an empty list lets nothing pass. */
  readonly status?: ReadonlyArray<RelationStatus> | undefined
  /** One of these; an empty list lets nothing pass. */
  readonly type?: ReadonlyArray<RelationType> | undefined
  readonly minConfidence?: number | undefined
  readonly maxConfidence?: number | undefined
  readonly needsReview?: boolean | undefined
  /** What the method begins with, such as `suggest:` or `import:`. */
  readonly method?: string | undefined
}

/** A relation with both of its ends, as the conditions name them. */
export const joined =
  "crosswalk_relation AS x JOIN crosswalk_reference AS s ON s.id = x.source_id " +
  "JOIN crosswalk_reference AS t ON t.id = x.target_id"

/** The conditions of a filter on {@link joined}; always at least one. */
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
    parts.push(sql`substr(x.provenance ->> '$.method', 1, ${filter.method.length}) = ${filter.method}`)
  }
  return parts.length === 0 ? sql.literal("1 = 1") : Statement.and(parts)
}
