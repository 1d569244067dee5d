import { Context, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import type { DatabaseError } from "../domain/DatabaseError.ts"
import type { Filter } from "../domain/Filter.ts"
import { toBytes } from "../domain/Vector.ts"
import { toDatabaseError } from "../libsql/DatabaseErrors.ts"
import { conditions } from "./FilterSql.ts"
import * as Migrations from "./Migrations.ts"

/** A stored vector near the one that was asked for. */
export interface Neighbour {
  readonly uri: string
  /** −1 to 1; 1 is the same direction. */
  readonly cosine: number
}

/** What to look for, and among what. */
export interface NearestOptions {
  /** The fingerprint of the model that made the vector; only vectors of this model are compared. */
  readonly fingerprint: string
  /** At most this many; a whole number from 0 up. */
  readonly limit: number
  readonly filter?: Filter | undefined
}

const make = Effect.gen(function* () {
  const sql = (yield* SqlClient.SqlClient).withoutTransforms()

  const nearest = Effect.fn("VectorIndex.nearest")(
    function* (vector: Float32Array, options: NearestOptions) {
      if (options.limit === 0) return []
      return yield* sql<Neighbour>`
      SELECT r.uri, 1 - vector_distance_cos(e.vector, ${toBytes(vector)}) AS cosine
      FROM crosswalk_embedding AS e JOIN crosswalk_reference AS r ON r.id = e.reference_id
      WHERE e.model_id = (SELECT id FROM crosswalk_embedding_model WHERE fingerprint = ${options.fingerprint})
        AND ${conditions(sql, options.filter)}
      ORDER BY cosine DESC, r.uri LIMIT ${options.limit}`
    },
    Effect.catchTag("SqlError", (error) => Effect.fail(toDatabaseError("VectorIndex.nearest")(error)))
  )

  return { nearest }
})

/** Finds the stored vectors nearest to a vector. */
export class VectorIndex extends Context.Service<
  VectorIndex,
  {
    /** The nearest by cosine, then by uri. The vector must be normalised and of the model's dimensions. */
    readonly nearest: (
      vector: Float32Array,
      options: NearestOptions
    ) => Effect.Effect<ReadonlyArray<Neighbour>, DatabaseError>
  }
>()("crosswalk/VectorIndex") {
  /**
   * Compares with every stored vector in SQL: exact, nothing to build or keep, some 10 ms for 10 000 vectors of 384
   * dimensions, during which a local database holds the event loop.
   */
  static readonly layerSql: Layer.Layer<VectorIndex, DatabaseError, SqlClient.SqlClient> = Layer.effect(
    this,
    make
  ).pipe(Layer.provide(Migrations.layer))
}
