import { Option, Schema } from "effect"
import type { SqlClient, Statement } from "effect/sql"
import { ValidationError } from "../domain/ValidationError.ts"

const PlaceJson = Schema.fromJsonString(Schema.Struct({ natural: Schema.String, uri: Schema.String }))

/** A reference's place in the natural order. */
export type Place = (typeof PlaceJson)["Type"]

/** Before every reference. */
export const start: Place = { natural: "", uri: "" }

/** Which of `crosswalk_reference AS r` come after a place. */
export const behind = (sql: SqlClient.SqlClient, { natural, uri }: Place): Statement.Fragment =>
  sql`(r.natural, r.uri) > (${natural}, ${uri})`

/** The natural order of `crosswalk_reference AS r`. */
export const order = (sql: SqlClient.SqlClient): Statement.Fragment => sql.literal("r.natural, r.uri")

const Cursor = Schema.StringFromBase64Url.pipe(Schema.decodeTo(PlaceJson))
const decode = Schema.decodeUnknownOption(Cursor, { onExcessProperty: "error" })
const encode = Schema.encodeSync(Cursor)

/** A place as a text that a caller gives back to go on there. */
export const toCursor = ({ natural, uri }: Place): string => encode({ natural, uri })

/** The place that a cursor stands for. */
export const fromCursor = (cursor: string): Place | ValidationError =>
  Option.getOrElse(
    decode(cursor),
    () =>
      new ValidationError({
        field: "after",
        value: cursor,
        constraint: "is not a place in the list",
        expected: "the next of the page before, or nothing for the first page"
      })
  )
