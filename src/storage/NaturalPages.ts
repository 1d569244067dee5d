import { Schema } from "effect"
import type { SqlClient, Statement } from "effect/sql"
import * as Cursor from "./Cursor.ts"

/** A reference's place in the natural order. */
const Place = Schema.Struct({ natural: Schema.String, uri: Schema.String })
export type Place = typeof Place.Type

/** Before every reference. */
export const start: Place = { natural: "", uri: "" }

/** Which of `crosswalk_reference AS r` come after a place. */
export const behind = (sql: SqlClient.SqlClient, { natural, uri }: Place): Statement.Fragment =>
  sql`(r.natural, r.uri) > (${natural}, ${uri})`

/** The natural order of `crosswalk_reference AS r`. */
export const order = (sql: SqlClient.SqlClient): Statement.Fragment => sql.literal("r.natural, r.uri")

/** A place as a text that a caller gives back to go on there. */
export const { fromCursor, toCursor } = Cursor.make(Place)
