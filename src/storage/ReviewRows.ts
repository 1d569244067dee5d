import { Effect, Schema } from "effect"
import { SqlClient, Statement } from "effect/sql"
import type { RelationState } from "../domain/Decision.ts"
import type { ReviewFilter } from "../domain/ReviewFilter.ts"
import type { RelationEnds } from "../domain/RelationEnds.ts"
import { chunks } from "./Chunks.ts"
import * as Columns from "./Columns.ts"
import * as Cursor from "./Cursor.ts"
import * as PinRows from "./PinRows.ts"
import { hashOf } from "./ReferenceRow.ts"
import { has, isOf, passes } from "./RelationFilterSql.ts"
import * as RelationKeys from "./RelationKeys.ts"
import * as Relations from "./RelationRow.ts"

/** A relation with the texts of its ends, and the numbers of what it is pinned to. */
const columns = Columns.make(
  "relation",
  {
    ...Relations.expressionsWith("r.title", "r.description"),
    pins: { json: "(SELECT json_group_array(p.reading_id) FROM crosswalk_pin AS p WHERE p.relation_id = x.id)" }
  },
  Relations.keys
)

const ReviewRow = Schema.Struct({
  ...Relations.RelationRow.fields,
  pins: Schema.Array(Schema.Int),
  id: Schema.Int
})

/** A relation as it is stored, with the texts of its ends. */
export type ReviewRow = typeof ReviewRow.Type

/** What can change about the relation of a row. */
export const stateOf = (row: ReviewRow): RelationState => ({
  type: row.type,
  status: row.status,
  confidence: row.confidence,
  needsReview: row.needs_review !== 0,
  provenance: row.provenance,
  ...(row.pins.length > 0 && { pins: row.pins })
})

/** A short mark of what a reviewer sees. It begins with a letter, so that a spreadsheet takes it for text. */
export const versionOf = (row: ReviewRow): string =>
  `v${hashOf(JSON.stringify([row.type, row.status, row.needs_review, row.sources, row.targets])).slice(0, 12)}`

const all = (sql: SqlClient.SqlClient, parts: ReadonlyArray<Statement.Fragment>): Statement.Fragment =>
  parts.length === 0 ? sql.literal("1 = 1") : Statement.and(parts)

/** Which relations pass a filter. */
const conditions = (sql: SqlClient.SqlClient, filter: ReviewFilter): Statement.Fragment => {
  const { from, maxConfidence, minConfidence, needsReview, reference, to, type, uri } = filter
  const status = filter.status ?? (needsReview === true ? undefined : "suggested")
  const between = (source: string, target: string) =>
    sql`(${isOf(sql, "source", source)} AND ${isOf(sql, "target", target)})`
  const [one = undefined, other = undefined] = [from, to].filter((catalog) => catalog !== undefined)
  return all(sql, [
    ...(status === undefined || status === "any" ? [] : [sql`x.status = ${status}`]),
    ...(needsReview === undefined ? [] : [sql.literal(PinRows.isReviewed(needsReview))]),
    ...(type === undefined ? [] : [sql`x.type = ${type}`]),
    ...(minConfidence === undefined ? [] : [sql`x.confidence >= ${minConfidence}`]),
    ...(maxConfidence === undefined ? [] : [sql`x.confidence <= ${maxConfidence}`]),
    ...(uri === undefined ? [] : [has(sql, undefined, uri)]),
    ...(reference === undefined ? [] : [passes(sql, undefined, reference)]),
    ...(one === undefined
      ? []
      : other === undefined
        ? [sql`(${isOf(sql, "source", one)} OR ${isOf(sql, "target", one)})`]
        : [sql`(${between(one, other)} OR ${between(other, one)})`])
  ])
}

/** A relation's place among those that are to be reviewed: its first source, confidence, first target, type and key. */
const Place = Schema.Struct({
  sn: Schema.String,
  su: Schema.String,
  c: Schema.Finite,
  tn: Schema.String,
  tu: Schema.String,
  type: Schema.String,
  key: Schema.String
})
type Place = typeof Place.Type

/** Before every relation. */
export const start: Place = { sn: "", su: "", c: 2, tn: "", tu: "", type: "", key: "" }

/** A place as a text that a caller gives back to go on there. */
export const { fromCursor, toCursor } = Cursor.make(Place)

const placeColumns = [
  ...(["source", "target"] as const).flatMap((side) =>
    (["natural", "uri"] as const).map(
      (part) => `coalesce(${Relations.firstOf(side, `r.${part}`)}, '') AS ${side[0]}${part[0]}`
    )
  ),
  "x.confidence AS c",
  "x.type",
  "x.key"
].join(", ")

/** Reads relations with the texts that a reviewer sees. */
export const make = Effect.gen(function* () {
  const sql = (yield* SqlClient.SqlClient).withoutTransforms()
  const decodeRelation = Columns.decoder(columns, ReviewRow, "Review")
  const keys = yield* RelationKeys.make
  const what = sql.literal(`x.id, ${columns.sql} FROM ${Relations.from}`)

  const first = (side: Relations.Side) =>
    sql.literal(`${Relations.firstOf(side, "r.natural")}, ${Relations.firstOf(side, "r.uri")}`)

  /** The numbers of the relations that pass: those of one source together, the surest first. */
  const ids = (filter: ReviewFilter) =>
    Effect.map(
      sql<{ readonly id: number }>`SELECT x.id FROM ${sql.literal(Relations.from)} WHERE ${conditions(sql, filter)}
        ORDER BY ${first("source")}, x.confidence DESC, ${first("target")}, x.type, x.key`,
      (rows) => rows.map(({ id }) => id)
    )

  /** The places of relations that pass behind a place, in the order of {@link ids}; and how many pass at all. */
  const page = Effect.fnUntraced(function* (
    filter: ReviewFilter,
    { c, key, sn, su, tn, tu, type }: Place,
    limit: number
  ) {
    const passing = sql`SELECT x.id, ${sql.literal(placeColumns)} FROM ${sql.literal(Relations.from)}
      WHERE ${conditions(sql, filter)}`
    const places = yield* sql<Place & { readonly id: number }>`SELECT * FROM (${passing})
      WHERE (sn, su) > (${sn}, ${su}) OR ((sn, su) = (${sn}, ${su}) AND (c < ${c} OR (c = ${c}
        AND (tn, tu, type, key) > (${tn}, ${tu}, ${type}, ${key}))))
      ORDER BY sn, su, c DESC, tn, tu, type, key LIMIT ${limit}`
    const [count] = yield* sql<{ readonly n: number }>`SELECT count(*) AS n FROM ${sql.literal(Relations.from)}
      WHERE ${conditions(sql, filter)}`
    return { places, total: count?.n ?? 0 }
  })

  const byId = Effect.fnUntraced(function* (wanted: ReadonlyArray<number>) {
    const found = new Map<number, ReviewRow>()
    for (const chunk of chunks(wanted)) {
      const rows = yield* sql`SELECT ${what} WHERE x.id IN (SELECT value FROM json_each(${JSON.stringify(chunk)}))`
      for (const row of rows) {
        const decoded = yield* decodeRelation(row)
        found.set(decoded.id, decoded)
      }
    }
    return wanted.flatMap((id) => found.get(id) ?? [])
  })

  /** The relations between ends, whatever their type, for many at once; and what of the ends is not stored. */
  const between = Effect.fnUntraced(function* (all: ReadonlyArray<RelationEnds>) {
    const storedOf = yield* keys.lookUp(all)
    const found: Array<ReviewRow> = []
    for (const chunk of chunks(
      all.flatMap((ends) => {
        const stored = storedOf(ends)
        return "key" in stored ? stored.key : []
      })
    )) {
      const rows = yield* sql`SELECT ${what} WHERE x.key IN (SELECT value FROM json_each(${JSON.stringify(chunk)}))`
      found.push(...(yield* Effect.forEach(rows, decodeRelation)))
    }
    return {
      found,
      missingOf: (ends: RelationEnds) => {
        const stored = storedOf(ends)
        return "key" in stored ? undefined : stored
      }
    }
  })

  return { ids, page, byId, between }
})
