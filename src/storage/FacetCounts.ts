import { Effect } from "effect"
import { SqlClient, type SqlError, Statement } from "effect/sql"
import type { DatabaseError } from "../domain/DatabaseError.ts"
import { FacetCount, Facets } from "../domain/Facets.ts"
import { offLoop } from "../libsql/LongReads.ts"
import * as Columns from "./Columns.ts"

/** At most this many values of a facet. */
const maximumValues = 100

const columns = Columns.make("facet", { value: "value" })
const decode = Columns.decoder(columns, FacetCount, "Search.facets")

/**
 * Counts the references for which a condition on `crosswalk_reference AS r` holds, by catalog, type and tag; without a
 * condition, all of them, from the indexes alone.
 */
export const count = (
  sql: SqlClient.SqlClient,
  condition: Statement.Fragment | undefined
): Effect.Effect<Facets, SqlError.SqlError | DatabaseError> => {
  const counted = (values: Statement.Fragment) =>
    Effect.flatMap(
      sql`SELECT ${sql.literal(columns.sql)}, count(*) AS count FROM (${values}) WHERE value IS NOT NULL
        GROUP BY value ORDER BY count DESC, value LIMIT ${maximumValues}`,
      Effect.forEach(decode)
    )
  const where = condition === undefined ? sql.literal("") : sql`WHERE ${condition}`
  const tags =
    condition === undefined
      ? sql`SELECT tag AS value FROM crosswalk_tag`
      : sql`SELECT t.tag AS value FROM crosswalk_reference AS r
          JOIN crosswalk_tag AS t ON t.reference_id = r.id ${where}`
  return Effect.map(
    offLoop(
      Effect.all([
        counted(sql`SELECT r.catalog AS value FROM crosswalk_reference AS r ${where}`),
        counted(sql`SELECT r.entity_type AS value FROM crosswalk_reference AS r ${where}`),
        counted(tags)
      ])
    ),
    ([catalogs, entityTypes, tags]) => new Facets({ catalogs, entityTypes, tags })
  )
}
