import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { EmbeddingError } from "../domain/EmbeddingError.ts"
import { ValidationError } from "../domain/ValidationError.ts"
import type { Filter } from "../domain/Filter.ts"
import { toBytes } from "../domain/Vector.ts"
import { decodeVector } from "../storage/Decoding.ts"
import { Embedder } from "../embedder/Embedder.ts"
import * as CatalogTexts from "../storage/CatalogTexts.ts"
import { assertComparable } from "../storage/EmbeddingModels.ts"
import { VectorIndex } from "../storage/VectorIndex.ts"

/** Finds references by the meaning of a query: the nearest vectors of the model in use. */
export const make = Effect.gen(function* () {
  const sql = (yield* SqlClient.SqlClient).withoutTransforms()
  const { embed, model } = yield* Embedder
  const index = yield* VectorIndex
  const { queryText } = yield* CatalogTexts.make

  const vectorOf = Effect.fnUntraced(function* (query: string, filter: Filter | undefined) {
    const text = yield* queryText(query, filter?.catalog)
    const vector = decodeVector(yield* embed(text, "query"), model.dimensions)
    return vector instanceof ValidationError
      ? yield* new EmbeddingError({
          text,
          reason: "invalidVector",
          problem: `the embedder gave a vector that ${vector.constraint}`
        })
      : vector
  })

  /** The nearest, best first. Fails where vectors are stored, but none of the model in use. */
  const rank = Effect.fnUntraced(function* (vector: Float32Array, limit: number, filter: Filter | undefined) {
    const neighbours = yield* index.nearest(vector, { fingerprint: model.fingerprint, limit, filter })
    if (neighbours.length === 0) yield* assertComparable(sql, model)
    return neighbours
  })

  /**
   * The cosines of references that were found otherwise; those without a vector of the model are not among them. CROSS
   * JOIN keeps the order: by itself SQLite would go through all vectors.
   */
  const cosinesOf = (vector: Float32Array, uris: ReadonlyArray<string>) =>
    uris.length === 0
      ? Effect.succeed([])
      : sql<{ readonly uri: string; readonly cosine: number }>`
      SELECT r.uri, 1 - vector_distance_cos(e.vector, ${toBytes(vector)}) AS cosine
      FROM json_each(${JSON.stringify(uris)}) AS j
        CROSS JOIN crosswalk_reference AS r ON r.uri = j.value
        CROSS JOIN crosswalk_embedding AS e ON e.reference_id = r.id
      WHERE e.model_id = (SELECT id FROM crosswalk_embedding_model WHERE fingerprint = ${model.fingerprint})`

  return { vectorOf, rank, cosinesOf }
})
