import { Effect } from "effect"
import type { SqlClient } from "effect/sql"
import * as Abbreviations from "../Abbreviations.ts"
import * as MetadataIndex from "../MetadataIndex.ts"
import * as MapRows from "../MapRows.ts"
import { failed, ok } from "./Check.ts"

/** What follows from the references, and can be made again of them. */

/** Indexes in memory follow them from a row that they know. */
export const changeLog = (sql: SqlClient.SqlClient) =>
  Effect.map(
    sql<{ readonly rows: number }>`SELECT (SELECT count(*) FROM (SELECT 1 FROM crosswalk_change LIMIT 1))
      + (SELECT count(*) FROM (SELECT 1 FROM crosswalk_text_change LIMIT 1)) AS rows`,
    ([row]) =>
      row?.rows === 2
        ? ok("change log", "is there, of vectors and of texts, for indexes in memory to follow")
        : failed("change log", "is empty, so that no index in memory can follow it", { action: "repairDatabase" })
  )

export const tags = Effect.fnUntraced(function* (sql: SqlClient.SqlClient) {
  const [row] = yield* sql<{ readonly wrong: number }>`
    SELECT count(*) AS wrong FROM (
      SELECT r.id, t.value FROM crosswalk_reference AS r, json_each(r.tags) AS t
      EXCEPT SELECT reference_id, tag FROM crosswalk_tag
      UNION ALL SELECT * FROM (
        SELECT reference_id, tag FROM crosswalk_tag
        EXCEPT SELECT r.id, t.value FROM crosswalk_reference AS r, json_each(r.tags) AS t))`
  return row?.wrong === 0
    ? ok("tags", "agree with the references")
    : failed("tags", `${row?.wrong} are lost or left over`, { action: "repairDatabase" })
})

export const metadata = (sql: SqlClient.SqlClient) =>
  Effect.map(MetadataIndex.wrong(sql), (wrong) =>
    wrong === 0
      ? ok("metadata", "are in their index as the references have them")
      : failed("metadata", `${wrong} terms of their index are lost or left over`, { action: "repairDatabase" })
  )

export const abbreviations = (sql: SqlClient.SqlClient) =>
  Effect.map(Abbreviations.wrong(sql), ({ extra, lost }) =>
    extra + lost === 0
      ? ok("abbreviations", "are those that the texts explain")
      : failed("abbreviations", `${lost} are lost and ${extra} left over`, { action: "repairDatabase" })
  )

/** Where references are on the map of all. */
export const map = (sql: SqlClient.SqlClient) =>
  Effect.map(
    sql<{ readonly total: number; readonly wrong: number }>`
      SELECT count(*) AS total, count(*) FILTER (WHERE ${sql.literal(MapRows.isWrong)}) AS wrong FROM crosswalk_map AS p`,
    ([{ total, wrong } = { total: 0, wrong: 0 }]) =>
      wrong === 0
        ? ok("map", total === 0 ? "was not computed" : `${total} places, each of a reference with a vector`)
        : failed("map", `${wrong} of ${total} places are damaged or left over`, { action: "repairDatabase" })
  )
