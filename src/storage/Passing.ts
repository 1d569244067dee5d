import { Effect, Schema } from "effect"
import type { SqlClient, SqlError, Statement } from "effect/sql"
import type { Filter } from "../domain/Filter.ts"
import { ofLevel } from "../domain/MetadataCondition.ts"
import { tests } from "./FilterSql.ts"
import * as MetadataIndex from "./MetadataIndex.ts"

/** A part of a filter that an index answers: what of `crosswalk_reference AS r` it finds. */
const sourcesOf = (sql: SqlClient.SqlClient, filter: Filter): ReadonlyArray<Statement.Fragment> => {
  const tagged = (is: Statement.Fragment) =>
    sql`(SELECT DISTINCT reference_id AS id FROM crosswalk_tag WHERE tag ${is})`
  return [
    ...(filter.catalog === undefined
      ? []
      : [sql`(SELECT id FROM crosswalk_reference WHERE catalog = ${filter.catalog})`]),
    ...(filter.tags ?? []).map((tag) => tagged(sql`= ${tag}`)),
    ...(filter.anyTags === undefined || filter.anyTags.length === 0
      ? []
      : [tagged(sql`IN (SELECT value FROM json_each(${JSON.stringify(filter.anyTags)}))`)]),
    ...(filter.entityType === undefined
      ? []
      : [sql`(SELECT id FROM crosswalk_reference WHERE entity_type = ${filter.entityType})`]),
    ...[...(filter.level === undefined ? [] : [ofLevel(filter.level)]), ...(filter.metadata ?? [])].flatMap(
      (condition) => MetadataIndex.source(sql, condition) ?? []
    )
  ]
}

/** How many conditions a filter has. */
const partsOf = ({ anyTags = [], catalog, entityType, level, metadata = [], role, tags = [] }: Filter): number =>
  [catalog, entityType, level, role].filter((part) => part !== undefined).length +
  tags.length +
  Math.min(1, anyTags.length) +
  metadata.length

const decode = Schema.decodeUnknownSync(Schema.fromJsonString(Schema.Array(Schema.Int)))

/** Whether an index finds what passes, so that a few need not be looked for among all. */
export const isIndexed = (sql: SqlClient.SqlClient, filter: Filter): boolean => sourcesOf(sql, filter).length > 0

/** The ids of the references that pass a filter, or undefined where there are more than `limit`, which is soon told. */
export const few = Effect.fnUntraced(function* (
  sql: SqlClient.SqlClient,
  filter: Filter,
  limit: number
): Effect.fn.Return<ReadonlyArray<number> | undefined, SqlError.SqlError> {
  const sources = sourcesOf(sql, filter)
  const counts = yield* Effect.forEach(sources, (source) =>
    Effect.map(
      sql<{ readonly n: number }>`SELECT count(*) AS n FROM (SELECT 1 FROM ${source} LIMIT ${limit + 1})`,
      ([row]) => row?.n ?? 0
    )
  )
  const least = Math.min(...counts)
  if (sources.length === 1 && least > limit && partsOf(filter) === 1) return undefined
  const smallest = sources[counts.indexOf(least)]
  const from =
    smallest === undefined
      ? sql.literal("crosswalk_reference AS r")
      : sql`${smallest} AS s CROSS JOIN crosswalk_reference AS r ON r.id = s.id`
  // As one text: a row for each takes several times as long to hand over.
  const [row] = yield* sql<{ readonly ids: string }>`
    SELECT json_group_array(id) AS ids FROM (SELECT r.id FROM ${from} WHERE ${tests(sql, filter)} LIMIT ${limit + 1})`
  const ids = decode(row?.ids ?? "[]")
  return ids.length > limit ? undefined : ids
})
