import { Effect, Schema } from "effect"
import { SqlClient, Statement } from "effect/sql"
import type { RelationState } from "../domain/Decision.ts"
import type { ReviewFilter } from "../domain/ReviewFilter.ts"
import { chunks } from "./Chunks.ts"
import * as Columns from "./Columns.ts"
import * as ReferenceRow from "./ReferenceRow.ts"
import * as Relations from "./RelationRow.ts"

const ReviewRow = Schema.Struct({
  ...Relations.RelationRow.fields,
  id: Schema.Int,
  source_title: Schema.String,
  source_description: Schema.NullOr(Schema.String),
  target_title: Schema.String,
  target_description: Schema.NullOr(Schema.String)
})

/** A relation as it is stored, with the texts of its ends. */
export type ReviewRow = typeof ReviewRow.Type

/** What can change about the relation of a row. */
export const stateOf = (row: ReviewRow): RelationState => ({
  type: row.type,
  status: row.status,
  confidence: row.confidence,
  needsReview: row.needs_review !== 0,
  provenance: row.provenance
})

/** A short mark of what a reviewer sees. It begins with a letter, so that a spreadsheet takes it for text. */
export const versionOf = (row: ReviewRow): string =>
  `v${ReferenceRow.hashOf(
    JSON.stringify([
      row.type,
      row.status,
      row.needs_review,
      row.source_title,
      row.source_description,
      row.target_title,
      row.target_description
    ])
  ).slice(0, 12)}`

const all = (sql: SqlClient.SqlClient, parts: ReadonlyArray<Statement.Fragment>): Statement.Fragment =>
  parts.length === 0 ? sql.literal("1 = 1") : Statement.and(parts)

/** Which relations pass a filter. */
const conditions = (sql: SqlClient.SqlClient, filter: ReviewFilter): Statement.Fragment => {
  const { from, maxConfidence, minConfidence, needsReview, to, type, uri } = filter
  const status = filter.status ?? (needsReview === true ? undefined : "suggested")
  const [one = undefined, other = undefined] = [from, to].filter((catalog) => catalog !== undefined)
  return all(sql, [
    ...(status === undefined ? [] : [sql`x.status = ${status}`]),
    ...(needsReview === undefined ? [] : [sql`x.needs_review = ${needsReview ? 1 : 0}`]),
    ...(type === undefined ? [] : [sql`x.type = ${type}`]),
    ...(minConfidence === undefined ? [] : [sql`x.confidence >= ${minConfidence}`]),
    ...(maxConfidence === undefined ? [] : [sql`x.confidence <= ${maxConfidence}`]),
    ...(uri === undefined ? [] : [sql`(s.uri = ${uri} OR t.uri = ${uri})`]),
    ...(one === undefined
      ? []
      : other === undefined
        ? [sql`(s.catalog = ${one} OR t.catalog = ${one})`]
        : [sql`((s.catalog = ${one} AND t.catalog = ${other}) OR (s.catalog = ${other} AND t.catalog = ${one}))`])
  ])
}

/** Reads relations with the texts that a reviewer sees. */
export const make = Effect.gen(function* () {
  const sql = (yield* SqlClient.SqlClient).withoutTransforms()
  const decodeRelation = Columns.decoder(Relations.columnsWithTexts, ReviewRow, "Review")
  const decodeUri = ReferenceRow.uriDecoder("Review")
  const what = sql.literal(`x.id, ${Relations.columnsWithTexts.sql} FROM ${Relations.from}`)

  /** The numbers of the relations that pass: those of one source together, the surest first. */
  const ids = (filter: ReviewFilter) =>
    Effect.map(
      sql<{ readonly id: number }>`SELECT x.id FROM ${sql.literal(Relations.from)} WHERE ${conditions(sql, filter)}
        ORDER BY s.natural, s.uri, x.confidence DESC, t.natural, t.uri, x.type`,
      (rows) => rows.map(({ id }) => id)
    )

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

  /** The relations from a source to a target, for many pairs at once. */
  const byPairs = Effect.fnUntraced(function* (
    pairs: ReadonlyArray<{ readonly source: string; readonly target: string }>
  ) {
    const found: Array<ReviewRow> = []
    for (const chunk of chunks(pairs)) {
      const json = JSON.stringify(chunk.map(({ source, target }) => [source, target]))
      const rows = yield* sql`SELECT ${what} WHERE x.id IN (
        SELECT r.id FROM json_each(${json}) AS j
        JOIN crosswalk_reference AS a ON a.uri = j.value ->> '$[0]'
        JOIN crosswalk_reference AS b ON b.uri = j.value ->> '$[1]'
        JOIN crosswalk_relation AS r ON r.source_id = a.id AND r.target_id = b.id)`
      found.push(...(yield* Effect.forEach(rows, decodeRelation)))
    }
    return found
  })

  /** Which of these URIs are stored. */
  const stored = Effect.fnUntraced(function* (uris: ReadonlyArray<string>) {
    const found = new Set<string>()
    for (const chunk of chunks(uris)) {
      const rows = yield* sql`SELECT ${sql.literal(ReferenceRow.uri.sql)} FROM crosswalk_reference AS r
        WHERE r.uri IN (SELECT value FROM json_each(${JSON.stringify(chunk)}))`
      for (const { uri } of yield* Effect.forEach(rows, decodeUri)) found.add(uri)
    }
    return found
  })

  return { ids, byId, byPairs, stored }
})
