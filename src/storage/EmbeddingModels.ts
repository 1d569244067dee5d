import { Effect, Schema } from "effect"
import type { SqlClient, SqlError } from "effect/sql"
import type { ModelInfo } from "../domain/Embedding.ts"
import type { DatabaseError } from "../domain/DatabaseError.ts"
import { ModelMismatchError } from "../domain/ModelMismatchError.ts"
import { beginning } from "../domain/Quote.ts"
import * as Columns from "./Columns.ts"

/** A model, to select from `crosswalk_embedding_model AS m`. */
export const columns = Columns.make(
  "model",
  { fingerprint: "m.fingerprint", name: "m.name", dimensions: "m.dimensions", max_length: "m.max_length" },
  ["name"]
)

const Model = Schema.Struct({
  fingerprint: Schema.String,
  name: Schema.String,
  dimensions: Schema.Int,
  max_length: Schema.Int
})

/** Decodes a row of {@link columns}. */
export const decode = Columns.decoder(columns, Model, "EmbeddingModels")

/** Why vectors of a stored model cannot be compared with those of the model in use. */
export const mismatch = (stored: typeof Model.Type, active: ModelInfo) =>
  new ModelMismatchError({
    stored: beginning(stored.fingerprint, 80),
    storedModel: beginning(stored.name, 80),
    active: active.fingerprint,
    activeModel: active.id
  })

const UsedModel = Schema.Struct({ ...Model.fields, vectors: Schema.Int })

/** A model that made stored vectors, and how many. */
export type UsedModel = typeof UsedModel.Type

/** The model that most of the stored vectors are of; undefined where there are none. */
export const mostUsed = (
  sql: SqlClient.SqlClient,
  operation: string
): Effect.Effect<UsedModel | undefined, SqlError.SqlError | DatabaseError> =>
  Effect.gen(function* () {
    const [row] = yield* sql`
      SELECT ${sql.literal(columns.sql)}, count(*) AS vectors
      FROM crosswalk_embedding AS e JOIN crosswalk_embedding_model AS m ON m.id = e.model_id
      GROUP BY m.id ORDER BY vectors DESC LIMIT 1`
    return row === undefined ? undefined : yield* Columns.decoder(columns, UsedModel, operation)(row)
  })

/** Fails where vectors are stored, but none of them by the model in use. */
export const assertComparable = (
  sql: SqlClient.SqlClient,
  model: ModelInfo
): Effect.Effect<void, ModelMismatchError | SqlError.SqlError | DatabaseError> =>
  Effect.gen(function* () {
    const models = yield* Effect.flatMap(
      sql`SELECT ${sql.literal(columns.sql)} FROM crosswalk_embedding_model AS m
        WHERE EXISTS (SELECT 1 FROM crosswalk_embedding WHERE model_id = m.id)`,
      Effect.forEach(decode)
    )
    const other = models[0]
    if (other !== undefined && models.every(({ fingerprint }) => fingerprint !== model.fingerprint)) {
      return yield* mismatch(other, model)
    }
  })
