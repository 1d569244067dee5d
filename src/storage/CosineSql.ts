import { Effect, Schema } from "effect"
import type { SqlClient, SqlError, Statement } from "effect/sql"
import type { DatabaseError } from "../domain/DatabaseError.ts"
import { toBytes } from "../domain/Vector.ts"
import * as Columns from "./Columns.ts"
import { conditions } from "./FilterSql.ts"
import type { NearestOptions } from "./NearestOptions.ts"

/** A stored vector near the one that was asked for. */
export interface Neighbour {
  readonly uri: string
  /** −1 to 1; 1 is the same direction. */
  readonly cosine: number
}

const columns = Columns.make("reference", { uri: "s.uri", cosine: { json: Columns.real("s.cosine") } })
const Row = Schema.Struct({ uri: Schema.String, cosine: Schema.Finite })

/** Reads what a statement finds that gives a `uri` and its `cosine`. */
const reader = (sql: SqlClient.SqlClient, operation: string) => {
  const read = Columns.reader(sql, columns, Row, operation)
  // Once: SQLite would compute the cosine each time that it is named.
  return (found: Statement.Fragment): Effect.Effect<ReadonlyArray<Neighbour>, SqlError.SqlError | DatabaseError> =>
    read(sql`WITH s AS MATERIALIZED (${found}) SELECT ${sql.literal(columns.sql)} FROM s`)
}

/** The cosine of a normalised vector and that of `crosswalk_embedding AS e` or `crosswalk_passage AS e`, −1 to 1. */
export const cosine = (sql: SqlClient.SqlClient, vector: Float32Array): Statement.Fragment =>
  sql`1 - vector_distance_cos(e.vector, ${toBytes(vector)})`

/**
 * The best cosine of a normalised vector and what is stored of the reference of `crosswalk_embedding AS e`: that of its text, or of
 * a passage of a long one. Most stores have no long texts, which is asked once. The plus keeps SQLite from looking through all passages of
 * the model for each reference. A vector that is damaged counts as little as in `nearest`: only where there is no other one.
 */
export const bestCosine = (sql: SqlClient.SqlClient, vector: Float32Array): Statement.Fragment => {
  const ofPassages = sql`CASE WHEN EXISTS (SELECT 1 FROM crosswalk_passage) THEN (
    SELECT max(1 - vector_distance_cos(p.vector, ${toBytes(vector)}))
    FROM crosswalk_passage AS p WHERE p.reference_id = e.reference_id AND +p.model_id = e.model_id) END`
  return sql`coalesce(max(${cosine(sql, vector)}, coalesce(${ofPassages}, -1)), ${ofPassages})`
}

/** Whether the vector of `crosswalk_embedding AS e` or `crosswalk_passage AS e` is of the model with this fingerprint. */
export const isOfModel = (sql: SqlClient.SqlClient, fingerprint: string): Statement.Fragment =>
  sql`e.model_id = (SELECT id FROM crosswalk_embedding_model WHERE fingerprint = ${fingerprint})`

/**
 * The cosines of a vector and those of some references; those without a vector of the model are not among them. CROSS
 * JOIN keeps the order: by itself SQLite would go through all vectors.
 */
export const cosinesOf = (
  sql: SqlClient.SqlClient,
  vector: Float32Array,
  fingerprint: string,
  uris: ReadonlyArray<string>
): Effect.Effect<ReadonlyArray<Neighbour>, SqlError.SqlError | DatabaseError> =>
  uris.length === 0
    ? Effect.succeed([])
    : reader(
        sql,
        "Search.cosines"
      )(sql`
        SELECT r.uri, ${bestCosine(sql, vector)} AS cosine
        FROM json_each(${JSON.stringify(uris)}) AS j
          CROSS JOIN crosswalk_reference AS r ON r.uri = j.value
          CROSS JOIN crosswalk_embedding AS e ON e.reference_id = r.id
        WHERE ${isOfModel(sql, fingerprint)}`)

/**
 * The nearest by the best cosine of their text and its passages, then by uri: of all references, or of some. What is among the
 * best by one of the two is so by the better of both, so that the best of each table are all that can be.
 */
export const nearest = (sql: SqlClient.SqlClient) => {
  const read = reader(sql, "VectorIndex.nearest")
  const best = (
    from: (table: Statement.Fragment) => Statement.Fragment,
    condition: Statement.Fragment,
    vector: Float32Array,
    limit: number
  ) => {
    const found = (table: "crosswalk_embedding" | "crosswalk_passage") =>
      sql`FROM ${from(sql.literal(table))} WHERE ${condition}`
    const whole = sql`SELECT r.id, ${cosine(sql, vector)} AS cosine ${found("crosswalk_embedding")}
      ORDER BY cosine DESC, r.uri LIMIT ${limit}`
    const passages = sql`SELECT r.id, max(${cosine(sql, vector)}) AS cosine ${found("crosswalk_passage")}
      GROUP BY r.id ORDER BY cosine DESC, r.uri LIMIT ${limit}`
    return read(sql`
      SELECT r.uri, b.cosine
      FROM (SELECT id, max(cosine) AS cosine
        FROM (SELECT * FROM (${whole}) UNION ALL SELECT * FROM (${passages})) GROUP BY id) AS b
        CROSS JOIN crosswalk_reference AS r ON r.id = b.id
      ORDER BY b.cosine DESC, r.uri LIMIT ${limit}`)
  }
  return {
    /** Compares with every vector of what passes the filter. */
    nearest: (vector: Float32Array, options: NearestOptions) =>
      best(
        (table) => sql`${table} AS e JOIN crosswalk_reference AS r ON r.id = e.reference_id`,
        sql`${isOfModel(sql, options.fingerprint)} AND ${conditions(sql, options.filter)}`,
        vector,
        options.limit
      ),
    /** Compares with the vectors of these references, by their ids; the filter is not looked at. */
    among: (ids: ReadonlyArray<number>, vector: Float32Array, options: NearestOptions) =>
      best(
        (table) => sql`json_each(${JSON.stringify(ids)}) AS j CROSS JOIN ${table} AS e ON e.reference_id = j.value
          CROSS JOIN crosswalk_reference AS r ON r.id = j.value`,
        // By the reference and not by the model, as above.
        sql`+${isOfModel(sql, options.fingerprint)}`,
        vector,
        options.limit
      )
  }
}
