import { Effect, Metric } from "effect"
import { SqlClient } from "effect/sql"
import type { Filter } from "../../domain/Filter.ts"
import * as Metrics from "../../domain/Metrics.ts"
import { Embedder, type Purpose } from "../../embedder/Embedder.ts"
import * as CatalogTexts from "../CatalogTexts.ts"
import * as DocumentVectors from "../DocumentVectors.ts"
import { checked } from "../EmbeddedVector.ts"
import { assertComparable } from "../EmbeddingModels.ts"
import { VectorIndex } from "../VectorIndex.ts"

/** Finds references by meaning: the nearest vectors of the model in use. */
export const make = Effect.gen(function* () {
  const sql = (yield* SqlClient.SqlClient).withoutTransforms()
  const embedder = yield* Embedder
  const { embed, model } = embedder
  const index = yield* VectorIndex
  const { queryText } = yield* CatalogTexts.make
  const check = checked(model)
  const { complete } = DocumentVectors.make(embedder)

  /** The vector of a text. */
  const vectorOf = (text: string, purpose: Purpose) =>
    Effect.flatMap(embed(text, purpose), (vector) => check(vector, text))

  /** The vectors of a document, and how many tokens it has. */
  const documentOf = (text: string) => Effect.flatMap(embed(text, "document"), (given) => complete(text, given))

  /** The vector of a query, without the opening that the texts it is compared with have lost too. */
  const vectorOfQuery = (query: string, filter: Filter | undefined) =>
    Effect.flatMap(queryText(query, filter?.catalog), (text) => vectorOf(text, "query"))

  /** The nearest, best first, and what was compared with. Fails where vectors are stored, but none of the model in use. */
  const rank = Effect.fnUntraced(function* (vector: Float32Array, limit: number, filter: Filter | undefined) {
    const nearest = yield* index
      .nearest(vector, { fingerprint: model.fingerprint, limit, filter })
      .pipe(Effect.trackDuration(Metric.withAttributes(Metrics.searchDuration, { leg: "semantic" })))
    if (nearest.neighbours.length === 0) yield* assertComparable(sql, model)
    return nearest
  })

  /** The cosines of references that were found otherwise; those without a vector of the model are not among them. */
  const cosinesOf = (vector: Float32Array, uris: ReadonlyArray<string>) =>
    index.cosines(vector, { fingerprint: model.fingerprint, uris })

  return { model, vectorOf, documentOf, vectorOfQuery, rank, cosinesOf }
})

export type SemanticLeg = Effect.Success<typeof make>
