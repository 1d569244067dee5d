import { DateTime, Effect, Schema } from "effect"
import { SqlClient, Statement } from "effect/sql"
import { Decision, RelationState } from "../domain/Decision.ts"
import type { ReviewFilter } from "../domain/ReviewItem.ts"
import { decodeRow } from "../storage/Decoding.ts"
import { hashOf } from "../storage/ReferenceRow.ts"
import { RelationRow } from "../storage/RelationRow.ts"

const ReviewRow = Schema.Struct({
  ...RelationRow.fields,
  id: Schema.Int,
  source_title: Schema.String,
  source_description: Schema.NullOr(Schema.String),
  target_title: Schema.String,
  target_description: Schema.NullOr(Schema.String)
})

/** A relation as it is stored, with the texts of its ends. */
export type ReviewRow = typeof ReviewRow.Type

const columns =
  "x.id, s.uri AS source, t.uri AS target, x.type, x.confidence, x.status, x.needs_review, x.provenance, " +
  "x.created_at, x.updated_at, s.title AS source_title, s.description AS source_description, " +
  "t.title AS target_title, t.description AS target_description"

const ends =
  "crosswalk_relation AS x JOIN crosswalk_reference AS s ON s.id = x.source_id " +
  "JOIN crosswalk_reference AS t ON t.id = x.target_id"

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
  `v${hashOf(
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

const DecisionRow = Schema.Struct({
  id: Schema.Int,
  step: Schema.Int,
  undoes: Schema.NullOr(Schema.Int),
  source: Schema.String,
  target: Schema.String,
  before: Schema.NullOr(Schema.fromJsonString(RelationState)),
  after: Schema.NullOr(Schema.fromJsonString(RelationState)),
  reviewer: Schema.NullOr(Schema.String),
  note: Schema.NullOr(Schema.String),
  at: Schema.Int
})

const toDecision = (row: typeof DecisionRow.Type): Decision =>
  new Decision({
    id: row.id,
    step: row.step,
    source: row.source,
    target: row.target,
    ...(row.before === null ? {} : { before: row.before }),
    ...(row.after === null ? {} : { after: row.after }),
    ...(row.reviewer === null ? {} : { by: row.reviewer }),
    ...(row.note === null ? {} : { note: row.note }),
    ...(row.undoes === null ? {} : { undoes: row.undoes }),
    at: DateTime.makeUnsafe(row.at)
  })

/** A change of one relation. Without `after` it is removed; without an `id` it is made. */
export interface Change {
  readonly id: number | undefined
  readonly source: string
  readonly target: string
  readonly before: RelationState | undefined
  readonly after: RelationState | undefined
  readonly note: string | undefined
}

/** How many rows one statement reads or writes; a local statement holds the event loop. */
const chunkSize = 200

const chunks = <A>(all: ReadonlyArray<A>): ReadonlyArray<ReadonlyArray<A>> =>
  Array.from({ length: Math.ceil(all.length / chunkSize) }, (_, i) => all.slice(i * chunkSize, (i + 1) * chunkSize))

/** The statements that reviewing needs. */
export const make = Effect.gen(function* () {
  const sql = (yield* SqlClient.SqlClient).withoutTransforms()
  const decodeRelation = decodeRow(ReviewRow, "Review")
  const decodeDecision = decodeRow(DecisionRow, "Review.log")
  const what = sql.literal(`${columns} FROM ${ends}`)

  /** The numbers of the relations that pass: those of one source together, the surest first. */
  const ids = (filter: ReviewFilter) =>
    Effect.map(
      sql<{ readonly id: number }>`SELECT x.id FROM ${sql.literal(ends)} WHERE ${conditions(sql, filter)}
        ORDER BY s.uri, x.confidence DESC, t.uri, x.type`,
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
      const rows = yield* sql<{ readonly uri: string }>`SELECT uri FROM crosswalk_reference
        WHERE uri IN (SELECT value FROM json_each(${JSON.stringify(chunk)}))`
      for (const { uri } of rows) found.add(uri)
    }
    return found
  })

  /** Carries changes out and logs them as one step; inside a transaction. The number of the step. */
  const write = Effect.fnUntraced(function* (
    changes: ReadonlyArray<Change>,
    { at, by, undoes }: { readonly at: number; readonly by: string | undefined; readonly undoes?: number }
  ) {
    const [last] = yield* sql<{ readonly id: number | null }>`SELECT max(id) AS id FROM crosswalk_decision`
    const step = (last?.id ?? 0) + 1
    for (const chunk of chunks(changes)) {
      const json = JSON.stringify(
        chunk.map((change) => ({
          ...change,
          before: change.before === undefined ? null : JSON.stringify(change.before),
          after: change.after === undefined ? null : JSON.stringify(change.after)
        }))
      )
      yield* sql`DELETE FROM crosswalk_relation WHERE id IN (
        SELECT value ->> '$.id' FROM json_each(${json}) WHERE value ->> '$.after' IS NULL)`
      yield* sql`UPDATE crosswalk_relation SET type = j.state ->> '$.type', status = j.state ->> '$.status',
          confidence = j.state ->> '$.confidence', needs_review = j.state ->> '$.needsReview',
          provenance = j.state ->> '$.provenance', updated_at = ${at}
        FROM (SELECT value ->> '$.id' AS id, value ->> '$.after' AS state FROM json_each(${json})) AS j
        WHERE crosswalk_relation.id = j.id AND j.state IS NOT NULL`
      yield* sql`INSERT INTO crosswalk_relation
          (source_id, target_id, type, confidence, status, needs_review, provenance, created_at, updated_at)
        SELECT s.id, t.id, j.state ->> '$.type', j.state ->> '$.confidence', j.state ->> '$.status',
          j.state ->> '$.needsReview', j.state ->> '$.provenance', ${at}, ${at}
        FROM (SELECT value, value ->> '$.after' AS state FROM json_each(${json})) AS j
        JOIN crosswalk_reference AS s ON s.uri = j.value ->> '$.source'
        JOIN crosswalk_reference AS t ON t.uri = j.value ->> '$.target'
        WHERE j.value ->> '$.id' IS NULL AND j.state IS NOT NULL`
      yield* sql`INSERT INTO crosswalk_decision (step, undoes, source, target, before, after, reviewer, note, at)
        SELECT ${step}, ${undoes ?? null}, value ->> '$.source', value ->> '$.target', value ->> '$.before',
          value ->> '$.after', ${by ?? null}, value ->> '$.note', ${at}
        FROM json_each(${json}) ORDER BY key`
    }
    return step
  })

  const ofStep = Effect.fnUntraced(function* (step: number) {
    const rows = yield* sql`SELECT * FROM crosswalk_decision WHERE step = ${step} ORDER BY id`
    return (yield* Effect.forEach(rows, decodeDecision)).map(toDecision)
  })

  /** The newest steps that were not taken back, the newest first. */
  const undoable = (limit: number) =>
    Effect.map(
      sql<{ readonly step: number }>`SELECT DISTINCT step FROM crosswalk_decision AS d
        WHERE undoes IS NULL AND NOT EXISTS (SELECT 1 FROM crosswalk_decision AS u WHERE u.undoes = d.step)
        ORDER BY step DESC LIMIT ${limit}`,
      (rows) => rows.map(({ step }) => step)
    )

  const log = Effect.fnUntraced(function* (limit: number, uri: string | undefined) {
    const rows = yield* sql`SELECT * FROM crosswalk_decision
      WHERE ${uri === undefined ? sql.literal("1 = 1") : sql`(source = ${uri} OR target = ${uri})`}
      ORDER BY id DESC LIMIT ${limit}`
    return (yield* Effect.forEach(rows, decodeDecision)).map(toDecision)
  })

  return { sql, ids, byId, byPairs, stored, write, ofStep, undoable, log }
})
