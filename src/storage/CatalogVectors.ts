import { Effect, Schema } from "effect"
import { SqlClient, type SqlError } from "effect/sql"
import type { DatabaseError } from "../domain/DatabaseError.ts"
import type { ModelInfo } from "../domain/Embedding.ts"
import { ModelMismatchError } from "../domain/ModelMismatchError.ts"
import type { Reference } from "../domain/Reference.ts"
import { fromBytes } from "../domain/Vector.ts"
import { decodeRow } from "./Decoding.ts"
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

const VectorRow = Schema.Struct({
  vector: Schema.NullOr(Schema.Union([Schema.Uint8Array, Schema.instanceOf(ArrayBuffer)])),
  is_active: Schema.Int
})

/** Reads whole catalogs with their vectors of a model. */
export const make = Effect.fnUntraced(function* (model: ModelInfo) {
  const sql = (yield* SqlClient.SqlClient).withoutTransforms()
  const decodeReference = decodeRow(ReferenceRow.ReferenceRow, "CatalogVectors.page")
  const decodeVector = decodeRow(VectorRow, "CatalogVectors.page")

  const condition = (scope: Scope) =>
    "catalog" in scope ? sql`r.catalog = ${scope.catalog} AND r.role = 'requirement'` : sql`r.uri = ${scope.uri}`

  /** Fails where there are vectors of another model: replacing them is for the user to say. */
  const requireModel = Effect.fnUntraced(function* (
    scope: Scope
  ): Effect.fn.Return<void, ModelMismatchError | SqlError.SqlError> {
    const [other] = yield* sql<{ readonly fingerprint: string; readonly name: string }>`
      SELECT m.fingerprint, m.name FROM ${sql.literal(joined)}
      WHERE ${condition(scope)} AND m.fingerprint <> ${model.fingerprint} LIMIT 1`
    if (other === undefined) return
    return yield* new ModelMismatchError({
      stored: other.fingerprint,
      storedModel: other.name,
      active: model.fingerprint,
      activeModel: model.id
    })
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
    const rows = yield* sql<NaturalPages.Place>`
      SELECT ${sql.literal(ReferenceRow.columns)}, r.natural, ${sql.literal(withVectors ? "e.vector" : "NULL AS vector")},
        m.fingerprint IS ${model.fingerprint} AS is_active
      FROM ${sql.literal(joined)} WHERE ${condition(scope)} AND ${NaturalPages.behind(sql, after)}
      ORDER BY ${NaturalPages.order(sql)} LIMIT ${pageSize}`
    const found: Array<WithVector> = []
    for (const row of rows) {
      const reference = ReferenceRow.toReference(yield* decodeReference(row))
      const { is_active, vector } = yield* decodeVector(row)
      found.push({ reference, vector: vector === null || is_active === 0 ? undefined : fromBytes(vector) })
    }
    return { found, next: rows.length < pageSize ? undefined : rows.at(-1) }
  })

  return { requireModel, page }
})
