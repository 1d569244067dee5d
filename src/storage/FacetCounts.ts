import { Effect } from "effect"
import { SqlClient, type SqlError, Statement } from "effect/sql"
import type { DatabaseError } from "../domain/DatabaseError.ts"
import { FacetCount, Facets } from "../domain/Facets.ts"
import * as Columns from "./Columns.ts"

/** At most this many values of a facet. */
const maximumValues = 100

const columns = Columns.make("facet", { value: "value" })
const decode = Columns.decoder(columns, FacetCount, "Search.facets")

/** Counts the references for which a condition on `crosswalk_reference AS r` holds, by catalog, type and tag. */
export const count = (
  sql: SqlClient.SqlClient,
  condition: Statement.Fragment
): Effect.Effect<Facets, SqlError.SqlError | DatabaseError> => {
  const counted = (values: Statement.Fragment) =>
    Effect.flatMap(
      sql`SELECT ${sql.literal(columns.sql)}, count(*) AS count FROM (${values}) WHERE value IS NOT NULL
        GROUP BY value ORDER BY count DESC, value LIMIT ${maximumValues}`,
      Effect.forEach(decode)
    )
  return Effect.map(
    Effect.all([
      counted(sql`SELECT r.catalog AS value FROM crosswalk_reference AS r WHERE ${condition}`),
      counted(sql`SELECT r.entity_type AS value FROM crosswalk_reference AS r WHERE ${condition}`),
      counted(sql`SELECT t.tag AS value FROM crosswalk_reference AS r
        JOIN crosswalk_tag AS t ON t.reference_id = r.id WHERE ${condition}`)
    ]),
    ([catalogs, entityTypes, tags]) => new Facets({ catalogs, entityTypes, tags })
  )
}
