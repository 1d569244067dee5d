import { SqlClient, Statement } from "effect/sql"
import type { Filter } from "../domain/Filter.ts"

/** The conditions of a filter on `crosswalk_reference AS r`; always at least one. */
export const conditions = (sql: SqlClient.SqlClient, filter: Filter | undefined): Statement.Fragment => {
  const parts: Array<Statement.Fragment> = []
  if (filter?.catalog !== undefined) parts.push(sql`r.catalog = ${filter.catalog}`)
  if (filter?.entityType !== undefined) parts.push(sql`r.entity_type = ${filter.entityType}`)
  for (const tag of filter?.tags ?? []) {
    parts.push(sql`r.id IN (SELECT reference_id FROM crosswalk_tag WHERE tag = ${tag})`)
  }
  return parts.length === 0 ? sql.literal("1 = 1") : Statement.and(parts)
}
