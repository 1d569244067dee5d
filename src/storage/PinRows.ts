import { Effect, Schema } from "effect"
import { SqlClient } from "effect/sql"
import type { RelationKey } from "../domain/RelationKey.ts"
import { NonBlankText } from "../domain/Text.ts"
import * as Uuid from "../domain/Uuid.ts"
import * as Columns from "./Columns.ts"
import * as Hindrance from "./Hindrance.ts"

/** What the metadata of a reference `r` say that machines know it by. */
export const uuid = `CASE WHEN json_valid(r.metadata) THEN coalesce(${[...Uuid.keys, `props."${Uuid.property}"`]
  .map((key) => `r.metadata ->> '$.${key}'`)
  .join(", ")}) END`

/** Whether a reading `d` is what is stored as `r`: 0 or 1. Of a reading without a title it is not known what it was. */
export const isCurrent = `(d.text_hash IS NULL AND d.title IS r.title AND d.description IS r.description)`

/** Whether a decision `x` rests on a text that is not what is stored: 0 or 1. A suggestion rests on none. */
export const needsReview = `(x.status <> 'suggested' AND EXISTS (SELECT 1 FROM crosswalk_pin AS p
    JOIN crosswalk_reading AS d ON d.id = p.reading_id WHERE p.relation_id = x.id AND d.is_current = 0))`

/** The same as a condition on `x`, which looks at what has changed only. */
export const isReviewed = (wanted: boolean) =>
  `(${wanted ? "" : "NOT "}(x.status <> 'suggested' AND x.id IN (SELECT p.relation_id FROM crosswalk_reading AS d
    JOIN crosswalk_pin AS p ON p.reading_id = d.id WHERE d.is_current = 0)))`

/** A reading `d` that is what is stored as `r`, to the last of its metadata. */
const isSame = `d.uri = r.uri AND d.text_hash IS NULL AND d.content_hash = r.content_hash
  AND d.title IS r.title AND d.description IS r.description`

/** A reading `d` of which nothing is known but which reference it was. */
const isUnknown = `d.uri = r.uri AND d.title IS NULL AND d.text_hash IS NULL`

type Side = "source" | "target"

/** What pins a relation to its references: what is stored now, or something that is not known. */
export type Read = "now" | "unknown"

/** What was read of a reference, to select from `crosswalk_reading AS d`. */
export const columns = Columns.make(
  "reading",
  {
    uri: "d.uri",
    catalog: "d.catalog",
    title: "d.title",
    description: "d.description",
    content_hash: "d.content_hash",
    text_hash: "d.text_hash",
    uuid: "d.uuid"
  },
  ["uri"]
)

const ReadingRow = Schema.Struct({
  uri: NonBlankText,
  catalog: Schema.NullOr(Schema.String),
  /** NULL where it is not known what was read. */
  title: Schema.NullOr(Schema.String),
  description: Schema.NullOr(Schema.String),
  content_hash: Schema.String,
  /** Where the text itself is not known: its hash. */
  text_hash: Schema.NullOr(Schema.String),
  /** What its metadata said that machines know it by. */
  uuid: Schema.NullOr(Schema.Union([Schema.String, Schema.Finite]))
})

/** Decodes a row of {@link columns}. */
export const decoder = (operation: string) => Columns.decoder(columns, ReadingRow, operation)

/** The readings that a relation is pinned to, by their numbers. */
export interface Restored {
  readonly id: number
  readonly pins: ReadonlyArray<number>
}

/** Pins decided relations to what was read. Inside of the transaction that decides. */
export const make = Effect.gen(function* () {
  const sql = (yield* SqlClient.SqlClient).withoutTransforms()

  const clear = Effect.fnUntraced(function* (ids: string) {
    const isOfThem = sql`FROM crosswalk_pin WHERE relation_id IN (SELECT value FROM json_each(${ids}))`
    const rows = yield* sql`DELETE ${isOfThem} RETURNING 1`
    yield* Hindrance.requireAll(sql, "crosswalk_pin", {
      rows: rows.length,
      most: Infinity,
      left: sql`SELECT 1 ${isOfThem}`
    })
  })

  /** Pins the ends that have no pin. */
  const fill = Effect.fnUntraced(function* (ids: string, read: Read) {
    const isFound = sql.literal(read === "now" ? isSame : isUnknown)
    const what = sql.literal(
      read === "now" ? `1, r.title, r.description, r.content_hash, ${uuid}` : "0, NULL, NULL, '', NULL"
    )
    const ends = sql`json_each(${ids}) AS j JOIN crosswalk_relation AS x ON x.id = j.value AND x.status <> 'suggested'
      JOIN crosswalk_relation_end AS e ON e.relation_id = x.id`
    yield* sql`INSERT INTO crosswalk_reading (uri, catalog, is_current, title, description, content_hash, uuid)
      SELECT r.uri, r.catalog, ${what} FROM crosswalk_reference AS r
      WHERE r.id IN (SELECT e.reference_id FROM ${ends})
        AND NOT EXISTS (SELECT 1 FROM crosswalk_reading AS d WHERE ${isFound})`
    const left = sql`SELECT e.relation_id, e.side, (SELECT min(d.id) FROM crosswalk_reading AS d WHERE ${isFound})
      FROM ${ends} JOIN crosswalk_reference AS r ON r.id = e.reference_id
      WHERE NOT EXISTS (SELECT 1 FROM crosswalk_pin AS p JOIN crosswalk_reading AS d ON d.id = p.reading_id
        WHERE p.relation_id = e.relation_id AND p.side = e.side AND d.uri = r.uri)`
    const rows = yield* sql`INSERT INTO crosswalk_pin (relation_id, side, reading_id) ${left} RETURNING 1`
    yield* Hindrance.requireAll(sql, "crosswalk_pin", { rows: rows.length, most: Infinity, left })
  })

  /** Pins relations, by their numbers, anew; suggestions have no pins. */
  const write = Effect.fnUntraced(function* (relations: ReadonlyArray<number>, read: Read) {
    if (relations.length === 0) return
    const ids = JSON.stringify(relations)
    yield* clear(ids)
    yield* fill(ids, read)
  })

  /** Pins relations to what they were pinned to before. */
  const restore = Effect.fnUntraced(function* (relations: ReadonlyArray<Restored>) {
    if (relations.length === 0) return
    const ids = JSON.stringify(relations.map(({ id }) => id))
    yield* clear(ids)
    const wanted = sql`SELECT e.relation_id, e.side, d.id FROM json_each(${JSON.stringify(relations)}) AS j
        JOIN json_each(j.value, '$.pins') AS p JOIN crosswalk_reading AS d ON d.id = p.value
        JOIN crosswalk_reference AS r ON r.uri = d.uri
        JOIN crosswalk_relation_end AS e ON e.relation_id = j.value ->> '$.id' AND e.reference_id = r.id`
    const rows = yield* sql`INSERT INTO crosswalk_pin (relation_id, side, reading_id) ${wanted} RETURNING 1`
    yield* Hindrance.requireAll(sql, "crosswalk_pin", {
      rows: rows.length,
      most: relations.reduce((sum, { pins }) => sum + pins.length, 0),
      left: sql`${wanted} EXCEPT SELECT relation_id, side, reading_id FROM crosswalk_pin`
    })
    yield* fill(ids, "unknown")
  })

  /** Forgets what was decided of references that are gone; how many decisions that were. */
  const removeOrphan = Effect.fnUntraced(function* ({ sources, targets, to, type }: RelationKey) {
    const isOf = (side: Side, uris: ReadonlyArray<string>) =>
      sql`(SELECT json_group_array(uri) FROM (SELECT d.uri FROM crosswalk_pin AS p
        JOIN crosswalk_reading AS d ON d.id = p.reading_id WHERE p.relation_id = o.id AND p.side = ${side} ORDER BY d.uri)
      ) = (SELECT json_group_array(value) FROM (
        SELECT DISTINCT value FROM json_each(${JSON.stringify(uris)}) ORDER BY value))`
    const left = sql`SELECT o.id FROM crosswalk_orphan AS o
      WHERE o.type = ${type} AND o.catalog IS ${to ?? null} AND ${isOf("source", sources)} AND ${isOf("target", targets)}`
    const gone = yield* sql`DELETE FROM crosswalk_orphan WHERE id IN (${left}) RETURNING 1`
    yield* Hindrance.requireAll(sql, "crosswalk_orphan", { rows: gone.length, most: Infinity, left })
    return gone.length
  })

  return { write, restore, removeOrphan }
})
