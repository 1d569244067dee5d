import { Effect, Schema } from "effect"
import type { SqlClient, SqlError, Statement } from "effect/sql"
import type { DatabaseError } from "../domain/DatabaseError.ts"
import { toBytes } from "../domain/Vector.ts"
import * as Columns from "./Columns.ts"
import { conditions } from "./FilterSql.ts"
import type { NearestOptions } from "./NearestOptions.ts"
import * as ReferenceRow from "./ReferenceRow.ts"

/** A stored vector near the one that was asked for. */
export interface Neighbour {
  readonly uri: string
  /** −1 to 1; 1 is the same direction. */
  readonly cosine: number
}

/** Decodes rows of `ReferenceRow.uri` with a `cosine`. */
export const neighbours = (operation: string) => {
  const decode = Columns.decoder(
    ReferenceRow.uri,
    Schema.Struct({ uri: Schema.String, cosine: Schema.Finite }),
    operation
  )
  return (rows: ReadonlyArray<Readonly<Record<string, unknown>>>) => Effect.forEach(rows, decode)
}

/** The cosine of a normalised vector and that of `crosswalk_embedding AS e`, −1 to 1. */
export const cosine = (sql: SqlClient.SqlClient, vector: Float32Array): Statement.Fragment =>
  sql`1 - vector_distance_cos(e.vector, ${toBytes(vector)})`

/** Whether the vector of `crosswalk_embedding AS e` is of the model with this fingerprint. */
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
    : Effect.flatMap(
        sql`
          SELECT ${sql.literal(ReferenceRow.uri.sql)}, ${cosine(sql, vector)} AS cosine
          FROM json_each(${JSON.stringify(uris)}) AS j
            CROSS JOIN crosswalk_reference AS r ON r.uri = j.value
            CROSS JOIN crosswalk_embedding AS e ON e.reference_id = r.id
          WHERE ${isOfModel(sql, fingerprint)}`,
        neighbours("Search.cosines")
      )

/** The nearest by cosine, then by uri: of all vectors, or of those of some references. */
export const nearest = (sql: SqlClient.SqlClient) => {
  const decode = neighbours("VectorIndex.nearest")
  const best = (
    from: Statement.Fragment,
    condition: Statement.Fragment,
    vector: Float32Array,
    { fingerprint, limit }: NearestOptions
  ) =>
    Effect.flatMap(
      sql`
        SELECT ${sql.literal(ReferenceRow.uri.sql)}, ${cosine(sql, vector)} AS cosine FROM ${from}
        WHERE ${isOfModel(sql, fingerprint)} AND ${condition}
        ORDER BY cosine DESC, r.uri LIMIT ${limit}`,
      decode
    )
  return {
    /** Compares with every vector of what passes the filter. */
    nearest: (vector: Float32Array, options: NearestOptions) =>
      best(
        sql.literal("crosswalk_embedding AS e JOIN crosswalk_reference AS r ON r.id = e.reference_id"),
        conditions(sql, options.filter),
        vector,
        options
      ),
    /** Compares with the vectors of these references, by their ids; the filter is not looked at. */
    among: (ids: ReadonlyArray<number>, vector: Float32Array, options: NearestOptions) =>
      best(
        sql`json_each(${JSON.stringify(ids)}) AS j CROSS JOIN crosswalk_embedding AS e ON e.reference_id = j.value
          CROSS JOIN crosswalk_reference AS r ON r.id = j.value`,
        sql.literal("true"),
        vector,
        options
      )
  }
}
