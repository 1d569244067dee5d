import { Effect, Schema } from "effect"
import { SqlClient, type SqlError } from "effect/sql"
import type { DatabaseError } from "../domain/DatabaseError.ts"
import type { ModelInfo } from "../domain/Embedding.ts"
import type { ModelMismatchError } from "../domain/ModelMismatchError.ts"
import type { Reference } from "../domain/Reference.ts"
import * as Columns from "./Columns.ts"
import * as EmbeddedVector from "./EmbeddedVector.ts"
import * as EmbeddingModels from "./EmbeddingModels.ts"
import { joined } from "./EmbeddingUpdate.ts"
import * as NaturalPages from "./NaturalPages.ts"
import * as ReferenceRow from "./ReferenceRow.ts"

/** The requirements of a whole catalog, or one reference of any role. */
export type Scope = { readonly catalog: string } | { readonly uri: string }

/** A reference with its vector, where it has one of the model. */
export interface WithVector {
  readonly reference: Reference
  readonly vector: Float32Array | undefined
}

/** How many references are read at once. */
const pageSize = 250

const Row = Schema.Struct({
  ...ReferenceRow.ReferenceRow.fields,
  vector: Schema.NullOr(Columns.Bytes),
  is_active: Schema.Int
})

/** Reads whole catalogs with their vectors of a model. */
export const make = Effect.fnUntraced(function* (model: ModelInfo) {
  const sql = (yield* SqlClient.SqlClient).withoutTransforms()
  const decode = Columns.decoder(ReferenceRow.columns, Row, "CatalogVectors.page")

  const condition = (scope: Scope) =>
    "catalog" in scope ? sql`r.catalog = ${scope.catalog} AND r.role = 'requirement'` : sql`r.uri = ${scope.uri}`

  /** Fails where there are vectors of another model: replacing them is for the user to say. */
  const requireModel = Effect.fnUntraced(function* (
    scope: Scope
  ): Effect.fn.Return<void, ModelMismatchError | SqlError.SqlError | DatabaseError> {
    const [other] = yield* sql`
      SELECT ${sql.literal(EmbeddingModels.columns.sql)} FROM ${sql.literal(joined)}
      WHERE ${condition(scope)} AND m.fingerprint <> ${model.fingerprint} LIMIT 1`
    if (other !== undefined) return yield* EmbeddingModels.mismatch(yield* EmbeddingModels.decode(other), model)
  })

  /** The references after a place in the natural order, with vectors where they are wanted, and where the next page begins. */
  const page = Effect.fnUntraced(function* (
    scope: Scope,
    after: NaturalPages.Place,
    withVectors: boolean
  ): Effect.fn.Return<
    { readonly found: ReadonlyArray<WithVector>; readonly next: NaturalPages.Place | undefined },
    SqlError.SqlError | DatabaseError
  > {
    const rows = yield* Effect.flatMap(
      sql`
      SELECT ${sql.literal(ReferenceRow.columns.sql)},
        ${sql.literal(withVectors ? Columns.bytes("e.vector") : "NULL")} AS vector, m.fingerprint IS ${model.fingerprint} AS is_active
      FROM ${sql.literal(joined)} WHERE ${condition(scope)} AND ${NaturalPages.behind(sql, after)}
      ORDER BY ${NaturalPages.order(sql)} LIMIT ${pageSize}`,
      Effect.forEach(decode)
    )
    const found: Array<WithVector> = []
    for (const row of rows) {
      const isWanted = row.vector !== null && row.is_active === 1
      const vector = isWanted ? EmbeddedVector.ofBytes(row.vector, model.dimensions) : undefined
      if (isWanted && vector === undefined) return yield* EmbeddedVector.damaged("CatalogVectors.page", row.uri)
      found.push({ reference: ReferenceRow.toReference(row), vector })
    }
    return { found, next: rows.length < pageSize ? undefined : rows.at(-1) }
  })

  return { requireModel, page }
})
