import { Config as EffectConfig, Effect, Layer, Redacted } from "effect"
import type { SqlClient } from "effect/sql"
import { CatalogDiff } from "./crosswalk/CatalogDiff.ts"
import { Coverage } from "./crosswalk/Coverage.ts"
import { Crosswalk } from "./crosswalk/Crosswalk.ts"
import { Review } from "./crosswalk/Review.ts"
import type { DatabaseError } from "./domain/DatabaseError.ts"
import type { ModelLoadError } from "./domain/ModelLoadError.ts"
import type { ValidationError } from "./domain/ValidationError.ts"
import type { Embedder } from "./embedder/Embedder.ts"
import { type EmbedderConfig, layerOf } from "./embedder/EmbedderConfig.ts"
import { Search } from "./search/Search.ts"
import * as Usearch from "./vectors/Usearch.ts"
import { EmbeddingRepository } from "./storage/EmbeddingRepository.ts"
import * as LibsqlClient from "./libsql/LibsqlClient.ts"
import { LongReads } from "./libsql/LongReads.ts"
import { ReferenceRepository } from "./storage/ReferenceRepository.ts"
import { RelationRepository } from "./storage/RelationRepository.ts"
import { VectorIndex } from "./storage/VectorIndex.ts"

/** What a store is made of. Every field has a default. */
export interface Config {
  /** The database: `:memory:` (default), a path, or an `http(s)://` or `libsql://` URL. */
  readonly url?: string | undefined
  /** The token of the server at `url` or `syncUrl`. */
  readonly authToken?: string | Redacted.Redacted | undefined
  /** Makes the file at `url` an embedded replica of this server. */
  readonly syncUrl?: string | undefined
  /** What turns texts into vectors. Default: the model of the package, `{ type: "transformers" }`. */
  readonly embedder?: EmbedderConfig | undefined
  /**
   * How vectors are compared: `sql` (default) scans the table, which suits a short-lived process; `memory` keeps them in
   * memory, beside a file also from one run to the next, which suits a server and large stores.
   */
  readonly vectors?: "sql" | "memory" | undefined
}

/** The services of a store. */
export type Services =
  | ReferenceRepository
  | EmbeddingRepository
  | RelationRepository
  | Search
  | Crosswalk
  | Review
  | Coverage
  | CatalogDiff
  | VectorIndex
  | Embedder
  | SqlClient.SqlClient

/**
 * Everything in one line: the repositories on a libSQL database, with an embedder, the search over them, and
 * the services of crosswalks.
 *
 * Each call makes a store of its own, and `:memory:` a new database. An unknown type of embedder is a `ValidationError`, an
 * unknown model a `ModelLoadError`. The model itself is loaded with the first text.
 *
 * @example
 * import { Effect } from "effect"
 * import { EmbeddingRepository, Store } from "crosswalk"
 *
 * const program = Effect.gen(function*() {
 *   const embeddings = yield* EmbeddingRepository
 *   yield* embeddings.saveWithEmbedding({ uri: "r:1", title: "Passwords are hashed", entityType: "requirement" })
 *   return yield* embeddings.findSimilarByText("how are credentials stored?")
 * })
 *
 * Effect.runPromise(Effect.provide(program, Store.layer({ url: "requirements.db" })))
 */
export const layer = (config: Config = {}): Layer.Layer<Services, DatabaseError | ValidationError | ModelLoadError> => {
  const { authToken, embedder = { type: "transformers" }, syncUrl, url = ":memory:", vectors = "sql" } = config
  return Layer.fresh(
    Layer.mergeAll(Search.layer, Crosswalk.layer, CatalogDiff.layer, Coverage.layer, Review.layer).pipe(
      Layer.provideMerge(
        Layer.mergeAll(EmbeddingRepository.layer, ReferenceRepository.layer, RelationRepository.layer)
      ),
      Layer.provideMerge(vectors === "sql" ? VectorIndex.layerSql : Layer.merge(Usearch.layer(), LongReads.layer)),
      Layer.provideMerge(
        Layer.merge(
          LibsqlClient.layer({
            url,
            syncUrl,
            authToken: typeof authToken === "string" ? Redacted.make(authToken) : authToken
          }),
          layerOf(embedder)
        )
      )
    )
  )
}

/** {@link layer}, with options that are read from the configuration, such as `{ url: Config.String("DATABASE_URL") }`. */
export const layerConfig = (
  config: EffectConfig.Wrap<Config>
): Layer.Layer<Services, DatabaseError | ValidationError | ModelLoadError | EffectConfig.ConfigError> =>
  Layer.unwrap(Effect.map(EffectConfig.unwrap(config), layer))
