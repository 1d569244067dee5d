import { Context, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import type { ComparedBy } from "../domain/ComparedBy.ts"
import type { DatabaseError } from "../domain/DatabaseError.ts"
import type { ValidationError } from "../domain/ValidationError.ts"
import * as CosineSql from "./CosineSql.ts"
import type { Neighbour } from "./CosineSql.ts"
import { isOpen } from "./FilterSql.ts"
import * as Migrations from "./Migrations.ts"
import { CosinesOptions, NearestOptions, UnitVector } from "./NearestOptions.ts"
import { operation } from "./Operation.ts"
import * as Passing from "./Passing.ts"

export type { Neighbour } from "./CosineSql.ts"

/** Which share of the references, where they pass a filter, is looked up one by one: that takes four times as long as in a row. */
const fewAre = 1 / 4

const make = Effect.gen(function* () {
  const sql = (yield* SqlClient.SqlClient).withoutTransforms()
  const { among, nearest: ofAll } = CosineSql.nearest(sql)

  /** About as many references as there are. */
  const newestId = Effect.map(
    sql<{ readonly id: number | null }>`SELECT max(reference_id) AS id FROM crosswalk_embedding`,
    ([row]) => row?.id ?? 0
  )

  const nearest = operation("VectorIndex.nearest", { vector: UnitVector, options: NearestOptions })(function* ({
    options,
    vector
  }) {
    const { filter, limit } = options
    if (limit === 0) return { neighbours: [], comparedBy: "sql" } satisfies Nearest
    const few =
      filter === undefined || isOpen(filter) || !Passing.isIndexed(sql, filter)
        ? undefined
        : yield* Passing.few(sql, filter, Math.ceil(fewAre * (yield* newestId)))
    const neighbours = yield* few === undefined ? ofAll(vector, options) : among(few, vector, options)
    return { neighbours, comparedBy: "sql" } satisfies Nearest
  })

  const cosines = operation("VectorIndex.cosines", { vector: UnitVector, options: CosinesOptions })(function* ({
    options,
    vector
  }) {
    return yield* CosineSql.cosinesOf(sql, vector, options.fingerprint, options.uris)
  })

  return { nearest, cosines }
})

/** The stored vectors nearest to one, and what was compared with. */
export interface Nearest {
  /** By cosine, then by uri. */
  readonly neighbours: ReadonlyArray<Neighbour>
  readonly comparedBy: ComparedBy
}

/** Finds the stored vectors nearest to a vector. */
export class VectorIndex extends Context.Service<
  VectorIndex,
  {
    /** The nearest by cosine, then by uri. The vector must be normalised and of the model's dimensions. */
    readonly nearest: (
      vector: Float32Array,
      options: NearestOptions
    ) => Effect.Effect<Nearest, ValidationError | DatabaseError>
    /** The cosines of some references, by their URIs; those without a vector of the model are not among them. */
    readonly cosines: (
      vector: Float32Array,
      options: CosinesOptions
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
