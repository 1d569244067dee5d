import type { SqlClient, Statement } from "effect/sql"

/** A reference's place in the natural order. */
export interface Place {
  readonly natural: string
  readonly uri: string
}

/** Before every reference. */
export const start: Place = { natural: "", uri: "" }

/** Which of `crosswalk_reference AS r` come after a place. */
export const behind = (sql: SqlClient.SqlClient, { natural, uri }: Place): Statement.Fragment =>
  sql`(r.natural, r.uri) > (${natural}, ${uri})`

/** The natural order of `crosswalk_reference AS r`. */
export const order = (sql: SqlClient.SqlClient): Statement.Fragment => sql.literal("r.natural, r.uri")
