import { Effect, Option, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { EmbeddingError } from "../domain/EmbeddingError.ts"
import { ModelMismatchError } from "../domain/ModelMismatchError.ts"
import { NotFoundError } from "../domain/NotFoundError.ts"
import { ValidationError } from "../domain/ValidationError.ts"
import type { Reference } from "../domain/Reference.ts"
import { fromBytes } from "../domain/Vector.ts"
import { Embedder } from "../embedder/Embedder.ts"
import * as CatalogTexts from "../storage/CatalogTexts.ts"
import { decodeRow } from "../storage/Decoding.ts"
import { EmbeddingRepository } from "../storage/EmbeddingRepository.ts"
import { joined } from "../storage/EmbeddingUpdate.ts"
import { ReferenceRepository } from "../storage/ReferenceRepository.ts"
import * as ReferenceRow from "../storage/ReferenceRow.ts"
import type { Side } from "./Similarity.ts"

/** The references of a catalog, by URI, with what they are compared by. */
export interface Content extends Side {
  readonly references: ReadonlyArray<Reference>
}

/** A whole catalog, or a reference that is in none. */
export type Scope = { readonly catalog: string } | { readonly uri: string }

/** How many references are read at once. */
const pageSize = 250

const VectorRow = Schema.Struct({
  vector: Schema.NullOr(Schema.Union([Schema.Uint8Array, Schema.instanceOf(ArrayBuffer)])),
  is_active: Schema.Int
})

/** Reads whole catalogs, in order to compare them. */
export const make = Effect.gen(function* () {
  const sql = (yield* SqlClient.SqlClient).withoutTransforms()
  const { model } = yield* Embedder
  const embeddings = yield* EmbeddingRepository
  const references = yield* ReferenceRepository
  const { reader } = yield* CatalogTexts.make
  const decodeReference = decodeRow(ReferenceRow.ReferenceRow, "CatalogContent.read")
  const decodeVector = decodeRow(VectorRow, "CatalogContent.read")

  const condition = (scope: Scope) =>
    "catalog" in scope ? sql`r.catalog = ${scope.catalog}` : sql`r.uri = ${scope.uri}`

  /** What `from` or `to` names: a catalog with references. */
  const requireCatalog = Effect.fnUntraced(function* (catalog: string) {
    if ((yield* references.count({ catalog })) > 0) return
    const known = yield* sql`SELECT 1 FROM crosswalk_catalog WHERE id = ${catalog}`
    if (known.length === 0) return yield* new NotFoundError({ uri: catalog, entity: "catalog" })
    return yield* new ValidationError({
      field: "catalog",
      value: catalog,
      constraint: "has no references",
      expected: "a catalog with at least one reference; import it first"
    })
  })

  /**
   * Learns what the texts repeat and embeds what has no fresh vector of the model in use. Vectors of another model stay:
   * replacing them is for the user to say.
   */
  const embed = Effect.fnUntraced(function* (scope: Scope) {
    const [other] = yield* sql<{ readonly fingerprint: string; readonly name: string }>`
      SELECT m.fingerprint, m.name FROM ${sql.literal(joined)}
      WHERE ${condition(scope)} AND m.fingerprint <> ${model.fingerprint} LIMIT 1`
    if (other !== undefined) {
      return yield* new ModelMismatchError({
        stored: other.fingerprint,
        storedModel: other.name,
        active: model.fingerprint,
        activeModel: model.id
      })
    }
    if ("uri" in scope) {
      const reference = Option.getOrUndefined(yield* references.find(scope.uri))
      if (reference === undefined) return yield* new NotFoundError({ uri: scope.uri, entity: "reference" })
      yield* embeddings.saveWithEmbedding(reference)
      return
    }
    yield* references.learnBoilerplate(scope.catalog)
    const failures: Array<EmbeddingError> = []
    yield* embeddings.updateAllEmbeddings({
      filter: { catalog: scope.catalog },
      onFailure: (error) => Effect.sync(() => failures.push(error))
    })
    const [failure] = failures
    if (failure !== undefined) return yield* failure
  })

  const read = Effect.fn("CatalogContent.read")(function* (scope: Scope, withVectors: boolean) {
    if (withVectors) yield* embed(scope)
    const textOf = yield* reader
    const found: Array<Reference> = []
    const texts: Array<string> = []
    const vectors: Array<Float32Array> = []
    let after: string | undefined = ""
    while (after !== undefined) {
      const rows: ReadonlyArray<{ readonly uri: string }> = yield* sql<{ readonly uri: string }>`
        SELECT ${sql.literal(ReferenceRow.columns)}, ${sql.literal(withVectors ? "e.vector" : "NULL AS vector")},
          m.fingerprint IS ${model.fingerprint} AS is_active
        FROM ${sql.literal(joined)} WHERE ${condition(scope)} AND r.uri > ${after} ORDER BY r.uri LIMIT ${pageSize}`
      for (const row of rows) {
        const reference = ReferenceRow.toReference(yield* decodeReference(row))
        const text = textOf(reference)
        found.push(reference)
        texts.push(text)
        if (!withVectors) continue
        const { is_active, vector } = yield* decodeVector(row)
        if (vector === null || is_active === 0) {
          return yield* new EmbeddingError({
            text,
            reason: "unavailable",
            problem: "its vector is gone; another process is changing the catalog, try again when it is done",
            reference
          })
        }
        vectors.push(fromBytes(vector))
      }
      after = rows.length < pageSize ? undefined : rows.at(-1)?.uri
      yield* Effect.yieldNow
    }
    const joinedVectors = new Float32Array(vectors.length * model.dimensions)
    vectors.forEach((vector, i) => joinedVectors.set(vector, i * model.dimensions))
    return {
      references: found,
      texts,
      fullTexts: found.map(({ description = "", title }) => `${title} ${description}`),
      vectors: joinedVectors
    } satisfies Content
  })

  /** A catalog by its name, or the catalog of the reference with this URI, or that reference alone. */
  const scopeOf = Effect.fnUntraced(function* (name: string) {
    if ((yield* references.count({ catalog: name })) > 0) return { scope: { catalog: name }, only: undefined }
    const reference = Option.getOrUndefined(yield* references.find(name))
    if (reference === undefined) {
      yield* requireCatalog(name)
      return { scope: { catalog: name }, only: undefined }
    }
    return {
      scope: reference.catalog === undefined ? { uri: name } : { catalog: reference.catalog },
      only: name
    }
  })

  return { read, requireCatalog, scopeOf, model }
})
