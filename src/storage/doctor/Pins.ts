import { Effect, Schema } from "effect"
import type { SqlClient } from "effect/sql"
import * as Columns from "../Columns.ts"
import * as PinRows from "../PinRows.ts"
import * as RelationRow from "../RelationRow.ts"
import { failed, ok, some } from "./Check.ts"
import { unreadable } from "./Rows.ts"

/** What was read when people decided that no Schema allows. */
const readings = (sql: SqlClient.SqlClient) =>
  unreadable(sql, "crosswalk_reading AS d", PinRows.columns, PinRows.decoder("Doctor.run"))

const orphanColumns = Columns.make("orphan", {
  id: "o.id",
  type: "o.type",
  confidence: Columns.real("o.confidence"),
  status: "o.status",
  provenance: "o.provenance"
})
const { confidence, provenance, status, type } = RelationRow.RelationRow.fields
const OrphanRow = Schema.Struct({ id: Schema.Int, type, confidence, status, provenance })
const decodeOrphan = Columns.decoder(orphanColumns, OrphanRow, "Doctor.run")

/** What was decided of references that are gone that no Schema allows. */
const orphans = (sql: SqlClient.SqlClient) => unreadable(sql, "crosswalk_orphan AS o", orphanColumns, decodeOrphan)

/**
 * How many ends of decisions have no pin, how many pins are of no end of a decision, and of how many readings it is wrong
 * whether they are what is stored.
 */
const counts = (sql: SqlClient.SqlClient) => sql<{
  readonly lost: number
  readonly extra: number
  readonly mistold: number
}>`
  SELECT (SELECT count(*) FROM crosswalk_relation AS x JOIN crosswalk_relation_end AS e ON e.relation_id = x.id
      JOIN crosswalk_reference AS r ON r.id = e.reference_id
      WHERE x.status <> 'suggested' AND NOT EXISTS (
        SELECT 1 FROM crosswalk_pin AS p JOIN crosswalk_reading AS d ON d.id = p.reading_id
        WHERE p.relation_id = x.id AND p.side = e.side AND d.uri = r.uri)) +
    (SELECT count(*) FROM crosswalk_orphan AS o
      WHERE NOT EXISTS (SELECT 1 FROM crosswalk_pin AS p WHERE p.relation_id = o.id AND p.side = 'source')) AS lost,
    (SELECT count(*) FROM crosswalk_pin AS p JOIN crosswalk_reading AS d ON d.id = p.reading_id
      WHERE p.relation_id NOT IN (SELECT id FROM crosswalk_orphan) AND NOT EXISTS (
        SELECT 1 FROM crosswalk_relation AS x JOIN crosswalk_relation_end AS e ON e.relation_id = x.id
          JOIN crosswalk_reference AS r ON r.id = e.reference_id
        WHERE x.id = p.relation_id AND x.status <> 'suggested' AND e.side = p.side AND r.uri = d.uri)) AS extra,
    (SELECT count(*) FROM crosswalk_reading AS d JOIN crosswalk_reference AS r ON r.uri = d.uri
      WHERE d.is_current IS NOT ${sql.literal(PinRows.isCurrent)}) AS mistold`

/** What decisions rest on: every end has a pin, and no pin is left over. */
export const check = Effect.fnUntraced(function* (sql: SqlClient.SqlClient) {
  const found = [yield* readings(sql), yield* orphans(sql)]
  const wrong = found.flatMap((one) => one.wrong)
  if (wrong.length > 0) return failed("pins", some(wrong))
  const [{ extra, lost, mistold } = { extra: 0, lost: 0, mistold: 0 }] = yield* counts(sql)
  if (extra + lost > 0) {
    return failed(
      "pins",
      `${lost} ends of decisions lack what was read, and ${extra} are left over. Decide again on them`
    )
  }
  if (mistold > 0) {
    const problem = `of ${mistold} texts it is not told rightly whether they are what is stored`
    return failed("pins", problem, { action: "repairDatabase" })
  }
  const [read, left] = found.map(({ total }) => total)
  const gone = left === 0 ? "" : `; ${left} decisions on references that are gone`
  return ok("pins", `${read} texts that were decided on${gone}`)
})
