import { SqlClient, Statement } from "effect/sql"
import type { Filter } from "../domain/Filter.ts"
import { type MetadataCondition, ofLevel, type Operator } from "../domain/MetadataCondition.ts"
import { isNumeric } from "./MetadataIndex.ts"

/** What an operator is in SQL, the only texts that it may become; `!=` is what `=` does not hold for. */
const comparators: Readonly<Record<Operator, string>> = {
  "=": "=",
  "!=": "=",
  "<": "<",
  "<=": "<=",
  ">": ">",
  ">=": ">="
}

/** Whether a JSON value, given as SQL for its type and for itself, stands so to the condition's value. */
const comparison = (
  sql: SqlClient.SqlClient,
  { operator, value }: MetadataCondition,
  type: Statement.Fragment,
  json: { readonly value: Statement.Fragment; readonly isNumeric: Statement.Fragment }
): Statement.Fragment => {
  const by = sql.literal(comparators[operator])
  if (typeof value === "number") {
    return sql`CASE ${type} WHEN 'integer' THEN ${json.value} ${by} ${value} WHEN 'real' THEN ${json.value} ${by} ${value}
      WHEN 'text' THEN ${json.isNumeric} AND CAST(${json.value} AS REAL) ${by} ${value} ELSE false END`
  }
  if (typeof value === "string") return sql`(${type} = 'text' AND ${json.value} ${by} ${value})`
  return operator === "=" || operator === "!=" ? sql`${type} = ${String(value)}` : sql.literal("false")
}

/** A condition on the metadata of `crosswalk_reference AS r`. */
const metadataCondition = (sql: SqlClient.SqlClient, condition: MetadataCondition): Statement.Fragment => {
  const path = `$${condition.path
    .split(".")
    .map((key) => `."${key}"`)
    .join("")}`
  const inArray = comparison(sql, condition, sql.literal("j.type"), {
    value: sql.literal("j.value"),
    isNumeric: sql.literal(isNumeric("j.value"))
  })
  const scalar = comparison(sql, condition, sql`json_type(r.metadata, ${path})`, {
    value: sql`(r.metadata ->> ${path})`,
    isNumeric: sql`EXISTS (SELECT 1 FROM (SELECT r.metadata ->> ${path} AS v) WHERE ${sql.literal(isNumeric("v"))})`
  })
  const holds = sql`CASE json_type(r.metadata, ${path}) WHEN 'array'
    THEN EXISTS (SELECT 1 FROM json_each(r.metadata, ${path}) AS j WHERE ${inArray}) ELSE ${scalar} END`
  return condition.operator === "!=" ? sql`NOT coalesce(${holds}, false)` : sql`${holds}`
}

/** What `conditionsBy` needs to know of tags. */
type OfTags = (sql: SqlClient.SqlClient, is: Statement.Fragment) => Statement.Fragment

const conditionsBy =
  (hasTag: OfTags) =>
  (sql: SqlClient.SqlClient, filter: Filter | undefined): Statement.Fragment => {
    const parts: Array<Statement.Fragment> = []
    if (filter?.catalog !== undefined) parts.push(sql`r.catalog = ${filter.catalog}`)
    if (filter?.entityType !== undefined) parts.push(sql`r.entity_type = ${filter.entityType}`)
    if (filter?.role !== undefined) parts.push(sql`r.role = ${filter.role}`)
    for (const tag of filter?.tags ?? []) parts.push(hasTag(sql, sql`= ${tag}`))
    if (filter?.anyTags !== undefined && filter.anyTags.length > 0) {
      parts.push(hasTag(sql, sql`IN (SELECT value FROM json_each(${JSON.stringify(filter.anyTags)}))`))
    }
    if (filter?.level !== undefined) parts.push(metadataCondition(sql, ofLevel(filter.level)))
    for (const condition of filter?.metadata ?? []) parts.push(metadataCondition(sql, condition))
    return parts.length === 0 ? sql.literal("1 = 1") : Statement.and(parts)
  }

/** The conditions of a filter on `crosswalk_reference AS r`, which find what passes; always at least one. */
export const conditions = conditionsBy(
  (sql, is) => sql`r.id IN (SELECT reference_id FROM crosswalk_tag WHERE tag ${is})`
)

/** The same for a few references that were found otherwise: each is asked, and nothing is looked up for all. */
export const tests = conditionsBy(
  (sql, is) => sql`EXISTS (SELECT 1 FROM crosswalk_tag AS t WHERE t.reference_id = r.id AND t.tag ${is})`
)

/** Whether a filter lets everything pass. */
export const isOpen = (filter: Filter | undefined): boolean =>
  filter === undefined ||
  (filter.catalog === undefined &&
    filter.entityType === undefined &&
    filter.role === undefined &&
    filter.level === undefined &&
    (filter.tags ?? []).length === 0 &&
    (filter.anyTags ?? []).length === 0 &&
    (filter.metadata ?? []).length === 0)
