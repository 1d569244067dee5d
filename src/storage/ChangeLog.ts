import { Effect, Schema } from "effect"
import type { SqlClient, SqlError } from "effect/sql"
import type { DatabaseError } from "../domain/DatabaseError.ts"
import * as Columns from "./Columns.ts"
import { decodeRow } from "./Decoding.ts"
import { ofBytes } from "./EmbeddedVector.ts"
import * as PassageKey from "./PassageKey.ts"

/** A moment in the history of the stored vectors: the number of the last change, and what tells it from others' histories. */
export interface Position {
  readonly seq: number
  readonly nonce: number
}

/** A piece of the history, or of the whole tables. Vectors are called by the id of their reference, or by a `PassageKey`. */
export interface Page {
  /** What has a vector of the model, with these vectors one after the other. */
  readonly ids: Float64Array<ArrayBuffer>
  readonly vectors: Float32Array<ArrayBuffer>
  /** What has none (any more). */
  readonly removed: Float64Array<ArrayBuffer>
}

type Failure = SqlError.SqlError | DatabaseError

/** How many rows are read at once: some 4 ms of a local database. */
export const pageSize = 1000

const VectorRow = Schema.Struct({
  id: Schema.Int,
  vector: Schema.NullOr(Columns.Bytes)
})
const ChangeRow = Schema.Struct({ ...VectorRow.fields, seq: Schema.Int, nonce: Schema.Int })
const PositionRow = Schema.Struct({ seq: Schema.Int, nonce: Schema.Int, known: Schema.Int })

/** A vector that is damaged is as one that is not there. */
const toPage = (rows: ReadonlyArray<typeof VectorRow.Type>, dimensions: number): Page => {
  const found = rows.flatMap(({ id, vector }) => {
    const floats = vector === null ? undefined : ofBytes(vector, dimensions)
    return floats === undefined ? [] : [{ id, floats }]
  })
  const vectors = new Float32Array(found.length * dimensions)
  for (const [i, { floats }] of found.entries()) vectors.set(floats, i * dimensions)
  const kept = new Set(found.map(({ id }) => id))
  return {
    ids: Float64Array.from(found, ({ id }) => id),
    vectors,
    removed: Float64Array.from(
      rows.filter(({ id }) => !kept.has(id)),
      ({ id }) => id
    )
  }
}

/** Whether a database has one: not before its tables were made, or where they are of an earlier version. */
export const exists = (sql: SqlClient.SqlClient): Effect.Effect<boolean, SqlError.SqlError> =>
  Effect.map(sql`SELECT 1 FROM sqlite_master WHERE name = 'crosswalk_change'`, (tables) => tables.length > 0)

/**
 * The history of the stored vectors, which triggers write whoever changes them: for an index that is kept outside of the
 * database. It reaches back at least 130 000 changes, in a
 * large store a fifth of it.
 */
export const make = (client: SqlClient.SqlClient) => {
  const sql = client.withoutTransforms()
  const operation = "ChangeLog"
  const decodePosition = decodeRow(PositionRow, operation)
  const decodeChanges = decodeRow(Schema.Array(ChangeRow), operation)
  const decodeVectors = decodeRow(Schema.Array(VectorRow), operation)
  const modelOf = (fingerprint: string) =>
    sql`(SELECT id FROM crosswalk_embedding_model WHERE fingerprint = ${fingerprint})`

  /** The newest position, and whether `since` is an earlier one of the same history that is still written down. */
  const newest = (since?: Position): Effect.Effect<{ readonly position: Position; readonly known: boolean }, Failure> =>
    Effect.gen(function* () {
      const [row] = yield* sql`
        SELECT seq, ${sql.literal(Columns.integer("nonce"))} AS nonce, EXISTS (
          SELECT 1 FROM crosswalk_change WHERE seq = ${since?.seq ?? 0} AND nonce = ${since?.nonce ?? 0}
        ) AS known
        FROM crosswalk_change ORDER BY seq DESC LIMIT 1`
      const { known, nonce, seq } = yield* decodePosition(row)
      return { position: { seq, nonce }, known: known === 1 }
    })

  /** The next changes after a position, up to a page, and the position they lead to. */
  const after = (
    position: Position,
    model: { readonly fingerprint: string; readonly dimensions: number }
  ): Effect.Effect<{ readonly page: Page; readonly position: Position; readonly more: boolean }, Failure> =>
    Effect.gen(function* () {
      const rows = yield* Effect.flatMap(
        sql`
          SELECT c.seq, ${sql.literal(Columns.integer("c.nonce"))} AS nonce,
            ${sql.literal(Columns.integer("c.reference_id"))} AS id,
            ${sql.literal(Columns.bytes("coalesce(e.vector, p.vector)"))} AS vector
          FROM crosswalk_change AS c LEFT JOIN crosswalk_embedding AS e
            ON e.reference_id = c.reference_id AND e.model_id = ${modelOf(model.fingerprint)}
            LEFT JOIN crosswalk_passage AS p ON p.key = c.reference_id AND p.model_id = ${modelOf(model.fingerprint)}
          WHERE c.seq > ${position.seq} ORDER BY c.seq LIMIT ${pageSize}`,
        decodeChanges
      )
      const last = rows.at(-1) ?? position
      // A reference that changed often is told once.
      const distinct = [...new Map(rows.map((row) => [row.id, row])).values()]
      return {
        page: toPage(distinct, model.dimensions),
        position: { seq: last.seq, nonce: last.nonce },
        more: rows.length === pageSize
      }
    })

  /** The vectors of a model in the order of what they are called by, those of passages last, a page after `id`. */
  const vectorsAfter = (
    id: number,
    model: { readonly fingerprint: string; readonly dimensions: number }
  ): Effect.Effect<{ readonly page: Page; readonly last: number; readonly more: boolean }, Failure> =>
    Effect.gen(function* () {
      const isWhole = id < PassageKey.first
      const table = sql.literal(isWhole ? "crosswalk_embedding" : "crosswalk_passage")
      const key = sql.literal(isWhole ? "reference_id" : "key")
      const rows = yield* Effect.flatMap(
        sql`
          SELECT ${key} AS id, ${sql.literal(Columns.bytes("vector"))} AS vector FROM ${table}
          WHERE ${key} > ${id} AND model_id = ${modelOf(model.fingerprint)} ORDER BY ${key} LIMIT ${pageSize}`,
        decodeVectors
      )
      const isEnd = rows.length < pageSize
      return {
        page: toPage(rows, model.dimensions),
        last: isWhole && isEnd ? PassageKey.first : (rows.at(-1)?.id ?? id),
        more: isWhole || !isEnd
      }
    })

  /** Vectors of a model, given by what they are called by. */
  const vectorsOf = (
    ids: Iterable<number>,
    model: { readonly fingerprint: string; readonly dimensions: number }
  ): Effect.Effect<Page, Failure> =>
    Effect.map(
      Effect.flatMap(
        sql`
          SELECT j.value AS id, ${sql.literal(Columns.bytes("coalesce(e.vector, p.vector)"))} AS vector
          FROM json_each(${JSON.stringify([...ids])}) AS j
            LEFT JOIN crosswalk_embedding AS e
              ON e.reference_id = j.value AND e.model_id = ${modelOf(model.fingerprint)}
            LEFT JOIN crosswalk_passage AS p ON p.key = j.value AND p.model_id = ${modelOf(model.fingerprint)}`,
        decodeVectors
      ),
      (rows) => toPage(rows, model.dimensions)
    )

  /** How many vectors of a model there are. */
  const count = (fingerprint: string): Effect.Effect<number, Failure> =>
    Effect.map(
      sql<{ readonly n: number }>`
        SELECT (SELECT count(*) FROM crosswalk_embedding WHERE model_id = ${modelOf(fingerprint)}) +
          (SELECT count(*) FROM crosswalk_passage WHERE model_id = ${modelOf(fingerprint)}) AS n`,
      ([row]) => row?.n ?? 0
    )

  return { newest, after, vectorsAfter, vectorsOf, count }
}

export type ChangeLog = ReturnType<typeof make>
