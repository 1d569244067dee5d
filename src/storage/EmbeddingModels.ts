import { Effect, Schema } from "effect"
import type { SqlClient, SqlError } from "effect/sql"
import type { ModelInfo } from "../domain/Embedding.ts"
import type { DatabaseError } from "../domain/DatabaseError.ts"
import { ModelMismatchError } from "../domain/ModelMismatchError.ts"
import { decodeRow } from "./Decoding.ts"

const UsedModel = Schema.Struct({ fingerprint: Schema.String, dimensions: Schema.Int, vectors: Schema.Int })

/** A model that made stored vectors, and how many. */
export type UsedModel = typeof UsedModel.Type

/** The model that most of the stored vectors are of; undefined where there are none. */
export const mostUsed = (
  sql: SqlClient.SqlClient,
  operation: string
): Effect.Effect<UsedModel | undefined, SqlError.SqlError | DatabaseError> =>
  Effect.gen(function* () {
    const [row] = yield* sql`
      SELECT m.fingerprint, m.dimensions, count(*) AS vectors
      FROM crosswalk_embedding AS e JOIN crosswalk_embedding_model AS m ON m.id = e.model_id
      GROUP BY m.id ORDER BY vectors DESC LIMIT 1`
    return row === undefined ? undefined : yield* decodeRow(UsedModel, operation)(row)
  })

/** Fails where vectors are stored, but none of them by the model in use. */
export const assertComparable = (
  sql: SqlClient.SqlClient,
  model: ModelInfo
): Effect.Effect<void, ModelMismatchError | SqlError.SqlError> =>
  Effect.gen(function* () {
    const models = yield* sql<{ readonly fingerprint: string; readonly name: string }>`
      SELECT m.fingerprint, m.name FROM crosswalk_embedding_model AS m
      WHERE EXISTS (SELECT 1 FROM crosswalk_embedding WHERE model_id = m.id)`
    const other = models[0]
    if (other !== undefined && models.every(({ fingerprint }) => fingerprint !== model.fingerprint)) {
      return yield* new ModelMismatchError({
        stored: other.fingerprint,
        storedModel: other.name,
        active: model.fingerprint,
        activeModel: model.id
      })
    }
  })
