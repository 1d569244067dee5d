import { Effect } from "effect"
import type { SqlClient, SqlError, Statement } from "effect/sql"
import type { Filter } from "../domain/Filter.ts"
import { tests } from "./FilterSql.ts"

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
      : [sql`(SELECT id FROM crosswalk_reference WHERE entity_type = ${filter.entityType})`])
  ]
}

/** The ids of the references that pass a filter, or undefined where there are more than `limit`, which is soon told. */
export const few = Effect.fnUntraced(function* (
  sql: SqlClient.SqlClient,
  filter: Filter,
  limit: number
): Effect.fn.Return<ReadonlyArray<number> | undefined, SqlError.SqlError> {
  const sources = sourcesOf(sql, filter)
  let smallest: Statement.Fragment | undefined
  if (sources.length > 0) {
    const counts = yield* Effect.forEach(sources, (source) =>
      Effect.map(
        sql<{ readonly n: number }>`SELECT count(*) AS n FROM (SELECT 1 FROM ${source} LIMIT ${limit + 1})`,
        ([row]) => row?.n ?? 0
      )
    )
    smallest = sources[counts.indexOf(Math.min(...counts))]
  }
  const rows = yield* sql<{ readonly id: number }>`
    SELECT r.id FROM ${smallest === undefined ? sql`crosswalk_reference AS r` : sql`${smallest} AS s CROSS JOIN crosswalk_reference AS r ON r.id = s.id`}
    WHERE ${tests(sql, filter)} LIMIT ${limit + 1}`
  return rows.length > limit ? undefined : rows.map(({ id }) => id)
})
