import { Context, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import type { DatabaseError } from "../domain/DatabaseError.ts"
import type { ValidationError } from "../domain/ValidationError.ts"
import { cosine, isOfModel, type Neighbour, neighbours } from "./CosineSql.ts"
import { conditions } from "./FilterSql.ts"
import * as Migrations from "./Migrations.ts"
import { NearestOptions, UnitVector } from "./NearestOptions.ts"
import { operation } from "./Operation.ts"
import * as ReferenceRow from "./ReferenceRow.ts"

export type { Neighbour } from "./CosineSql.ts"

const make = Effect.gen(function* () {
  const sql = (yield* SqlClient.SqlClient).withoutTransforms()

  const decode = neighbours("VectorIndex.nearest")

  const nearest = operation("VectorIndex.nearest", { vector: UnitVector, options: NearestOptions })(function* ({
    options: { filter, fingerprint, limit },
    vector
  }) {
    if (limit === 0) return []
    const rows = yield* sql`
      SELECT ${sql.literal(ReferenceRow.uri.sql)}, ${cosine(sql, vector)} AS cosine
      FROM crosswalk_embedding AS e JOIN crosswalk_reference AS r ON r.id = e.reference_id
      WHERE ${isOfModel(sql, fingerprint)} AND ${conditions(sql, filter)}
      ORDER BY cosine DESC, r.uri LIMIT ${limit}`
    return yield* decode(rows)
  })

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
    ) => Effect.Effect<ReadonlyArray<Neighbour>, ValidationError | DatabaseError>
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
