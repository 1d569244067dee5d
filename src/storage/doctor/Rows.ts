import { Effect, Option, Result, Schema, Stream } from "effect"
import type { SqlClient } from "effect/sql"
import { Boilerplate } from "../../domain/Boilerplate.ts"
import type { DatabaseError } from "../../domain/DatabaseError.ts"
import * as Columns from "../Columns.ts"
import * as DecisionLog from "../DecisionLog.ts"
import * as PinRows from "../PinRows.ts"
import * as ReferenceRow from "../ReferenceRow.ts"
import * as RelationRow from "../RelationRow.ts"

const pageSize = 500

/** The rows of a table with a name of one letter that cannot be read, each as a sentence, and how many there are. */
const unreadable = Effect.fnUntraced(function* (
  sql: SqlClient.SqlClient,
  from: string,
  columns: Columns.Columns,
  decode: (row: Readonly<Record<string, unknown>>) => Effect.Effect<unknown, DatabaseError>
) {
  const number = sql.literal(`${from.slice(-1)}.rowid`)
  const wrong: Array<string> = []
  let total = 0
  yield* Stream.paginate(0, (after) =>
    Effect.gen(function* () {
      const rows = yield* sql<{ readonly id: number }>`
        SELECT ${number} AS id, ${sql.literal(columns.sql)} FROM ${sql.literal(from)}
        WHERE ${number} > ${after} ORDER BY ${number} LIMIT ${pageSize}`
      for (const row of rows) {
        total++
        const decoded = yield* Effect.result(decode(row))
        if (Result.isFailure(decoded)) wrong.push(decoded.failure.problem)
      }
      return [[], Option.fromUndefinedOr(rows.length < pageSize ? undefined : rows.at(-1)?.id)] as const
    })
  ).pipe(Stream.runDrain)
  return { wrong, total }
})

const decodeReference = ReferenceRow.decoder("Doctor.run")

/** A reference as it is stored. */
export interface StoredReference {
  readonly id: number
  /** Its row, where that can be read and is what was saved. */
  readonly row: ReferenceRow.ReferenceRow | undefined
  /** What is wrong with it otherwise, as a sentence. */
  readonly problem: string
  /** Whether the next import writes it anew. */
  readonly isMarked: boolean
}

const storedOf = (id: number, isMarked: boolean, row: Result.Result<ReferenceRow.ReferenceRow, DatabaseError>) => {
  if (Result.isFailure(row)) return { id, isMarked, row: undefined, problem: row.failure.problem }
  const isSame = ReferenceRow.contentHashOf(row.success) === row.success.content_hash
  const problem = isSame ? "" : `the content of the reference ${row.success.uri} is not what was saved`
  return { id, isMarked, row: isSame ? row.success : undefined, problem }
}

/** All references, read and compared with the hash of what was saved. */
export const references = (sql: SqlClient.SqlClient) =>
  Stream.paginate(0, (after) =>
    Effect.gen(function* () {
      const rows = yield* sql<{ readonly id: number; readonly marked: number }>`
        SELECT r.id, r.content_hash = '' AS marked, ${sql.literal(ReferenceRow.columns.sql)} FROM crosswalk_reference AS r
        WHERE r.id > ${after} ORDER BY r.id LIMIT ${pageSize}`
      const found = yield* Effect.forEach(rows, (row) =>
        Effect.map(
          Effect.result(decodeReference(row)),
          (decoded): StoredReference => storedOf(row.id, row.marked === 1, decoded)
        )
      )
      return [found, Option.fromUndefinedOr(rows.length < pageSize ? undefined : rows.at(-1)?.id)] as const
    })
  )

const decodeRelation = Columns.decoder(RelationRow.columns, RelationRow.RelationRow, "Doctor.run")

/** The relations whose row no Schema allows. */
export const relations = (sql: SqlClient.SqlClient) =>
  unreadable(sql, RelationRow.from, RelationRow.columns, decodeRelation)

/** The entries of the log of decisions that no Schema allows. */
export const decisions = (sql: SqlClient.SqlClient) =>
  unreadable(sql, "crosswalk_decision AS d", DecisionLog.columns, DecisionLog.decoder("Doctor.run"))

/** What was read when people decided that no Schema allows. */
export const readings = (sql: SqlClient.SqlClient) =>
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
export const orphans = (sql: SqlClient.SqlClient) =>
  unreadable(sql, "crosswalk_orphan AS o", orphanColumns, decodeOrphan)

/**
 * How many ends of decisions have no pin, how many pins are of no end of a decision, and of how many readings it is wrong
 * whether they are what is stored.
 */
export const pins = (sql: SqlClient.SqlClient) => sql<{
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

const catalogColumns = Columns.make("catalog", { id: "x.id", boilerplate: "x.boilerplate" })
const CatalogRow = Schema.Struct({ id: Schema.String, boilerplate: Schema.NullOr(Schema.fromJsonString(Boilerplate)) })
const decodeCatalog = Columns.decoder(catalogColumns, CatalogRow, "Doctor.run")

/** The catalogs of which it cannot be read what was learnt of their texts. */
export const catalogs = (sql: SqlClient.SqlClient) =>
  unreadable(sql, "crosswalk_catalog AS x", catalogColumns, decodeCatalog)
