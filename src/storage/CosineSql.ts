import { Effect } from "effect"
import type { SqlClient, SqlError, Statement } from "effect/sql"
import { toBytes } from "../domain/Vector.ts"

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
): Effect.Effect<ReadonlyArray<{ readonly uri: string; readonly cosine: number }>, SqlError.SqlError> =>
  uris.length === 0
    ? Effect.succeed([])
    : sql<{ readonly uri: string; readonly cosine: number }>`
      SELECT r.uri, ${cosine(sql, vector)} AS cosine
      FROM json_each(${JSON.stringify(uris)}) AS j
        CROSS JOIN crosswalk_reference AS r ON r.uri = j.value
        CROSS JOIN crosswalk_embedding AS e ON e.reference_id = r.id
      WHERE ${isOfModel(sql, fingerprint)}`
