import { Effect } from "effect"
import type { SqlClient, SqlError } from "effect/sql"
import type { ModelInfo } from "../domain/Embedding.ts"
import { ModelMismatchError } from "../domain/ModelMismatchError.ts"

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
