import { Config as EffectConfig, Effect, Layer, Schema } from "effect"
import type { SqlClient } from "effect/sql"
import { Backup } from "./catalog/Backup.ts"
import { CatalogImport } from "./catalog/CatalogImport.ts"
import { RelationImport } from "./catalog/RelationImport.ts"
import { Doctor } from "./catalog/Doctor.ts"
import { Lint } from "./catalog/Lint.ts"
import { Status } from "./catalog/Status.ts"
import { Carry } from "./crosswalk/Carry.ts"
import { CatalogDiff } from "./crosswalk/CatalogDiff.ts"
import { Coverage } from "./crosswalk/Coverage.ts"
import { Crosswalk } from "./crosswalk/Crosswalk.ts"
import { Pins } from "./crosswalk/Pins.ts"
import { Review } from "./crosswalk/Review.ts"
import type { DatabaseError } from "./domain/DatabaseError.ts"
import { decodeInput } from "./domain/Input.ts"
import type { ModelLoadError } from "./domain/ModelLoadError.ts"
import type { ValidationError } from "./domain/ValidationError.ts"
import type { Embedder } from "./embedder/Embedder.ts"
import { type EmbedderConfig, layerOf } from "./embedder/EmbedderConfig.ts"
import * as LibsqlClient from "./libsql/LibsqlClient.ts"
import { CatalogExport } from "./report/CatalogExport.ts"
import * as NodeFiles from "./importer/source/NodeFiles.ts"
import { ReferenceMap } from "./map/ReferenceMap.ts"
import { Search } from "./search/Search.ts"
import { EmbeddingRepository } from "./storage/EmbeddingRepository.ts"
import { KeywordMemory } from "./storage/legs/KeywordMemory.ts"
import { ReferenceRepository } from "./storage/ReferenceRepository.ts"
import { RelationRepository } from "./storage/RelationRepository.ts"
import { VectorIndex } from "./storage/VectorIndex.ts"
import * as Usearch from "./vectors/Usearch.ts"

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
  | Carry
  | Pins
  | CatalogImport
  | RelationImport
  | Lint
  | Doctor
  | Status
  | ReferenceMap
  | CatalogExport

/** The services of a store whose database is a `LibsqlClient`'s. */
export type LibsqlServices = Services | Backup

/** What the services of a store are built on. */
export type Parts = SqlClient.SqlClient | Embedder | VectorIndex

/**
 * The services of a store on what an application has: any libSQL `SqlClient`, any embedder, any vector index.
 *
 * @example
 * import { Layer } from "effect"
 * import { Store, Transformers, Usearch } from "crosswalk"
 * import { LibsqlClient } from "crosswalk/libsql"
 *
 * const store = Store.layer.pipe(
 *   Layer.provideMerge(Usearch.layer({ exactUpTo: 50_000 })),
 *   Layer.provideMerge(Layer.merge(LibsqlClient.layer({ url: "requirements.db" }), Transformers.layer({ workers: 1 })))
 * )
 */
export const layer: Layer.Layer<Services, DatabaseError, Parts> = Layer.mergeAll(
  Search.layerNoDeps,
  Crosswalk.layerNoDeps,
  Coverage.layerNoDeps,
  Review.layerNoDeps,
  Layer.provide(
    Layer.mergeAll(
      CatalogImport.layerNoDeps,
      RelationImport.layerNoDeps,
      Layer.provideMerge(
        Layer.mergeAll(Lint.layerNoDeps, Status.layerNoDeps, Carry.layerNoDeps),
        Layer.merge(Pins.layerNoDeps, CatalogDiff.layerNoDeps)
      )
    ),
    NodeFiles.layer
  ),
  CatalogExport.layerNoDeps,
  Doctor.layer,
  ReferenceMap.layer
).pipe(
  Layer.provideMerge(Layer.mergeAll(EmbeddingRepository.layer, ReferenceRepository.layer, RelationRepository.layer))
)

const own = {
  embedder: Schema.optional(Schema.Unknown),
  /**
   * How vectors are compared: `sql` (default) scans the table, which suits a short-lived process; `memory`, or the options
   * of `Usearch`, keeps them in memory, beside a file also from one run to the next, which suits a server and large stores.
   */
  vectors: Schema.optional(Schema.Union([Schema.Literals(["sql", "memory"]), Usearch.Options]))
} as const

const Opened = Schema.Struct({
  ...LibsqlClient.Config.fields,
  /** The database: `:memory:` (default), a path, or an `http(s)://` or `libsql://` URL. */
  url: Schema.optional(Schema.String),
  ...own
})
const Live = Schema.Struct({ ...LibsqlClient.LiveConfig.fields, ...own })

interface WithEmbedder {
  /** What turns texts into vectors. Default: the model of the package, `{ type: "transformers" }`. */
  readonly embedder?: EmbedderConfig | undefined
}

/** What a store is made of: the options of `LibsqlClient`, the embedder and the vector index. Every field has a default. */
export type Config = Omit<typeof Opened.Type, "embedder"> & WithEmbedder

/** The same for a client of `@libsql/client` that the program has. */
export type LiveConfig = Omit<typeof Live.Type, "embedder"> & WithEmbedder

type Failure = DatabaseError | ValidationError | ModelLoadError

const decodeOpened = decodeInput(Opened, "config")
const decodeLive = decodeInput(Live, "config")

/**
 * Everything in one line: the services on a libSQL database, with an embedder and a vector index.
 *
 * Each call makes a store of its own, and `:memory:` a new database. An unknown option or type of embedder is a
 * `ValidationError`, an unknown model a `ModelLoadError`. The model itself is loaded with the first text.
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
 * Effect.runPromise(Effect.provide(program, Store.layerLibsql({ url: "requirements.db" })))
 */
export const layerLibsql = (
  config: Config | LiveConfig = {}
): Layer.Layer<LibsqlServices | Parts | LibsqlClient.LibsqlClient, Failure> =>
  Layer.unwrap(
    Effect.gen(function* () {
      const isLive = yield* Effect.orElseSucceed(
        Effect.try(() => "liveClient" in Object(config)),
        () => false
      )
      const given = yield* isLive ? decodeLive(config) : decodeOpened(config)
      const { embedder = { type: "transformers" }, vectors = "sql", ...client } = given
      // Reads that take long are off the event loop where a server is to be expected.
      const longReads = client.longReads ?? (vectors === "sql" ? "inline" : "thread")
      const index: Layer.Layer<
        VectorIndex,
        DatabaseError | ValidationError,
        SqlClient.SqlClient | LibsqlClient.LibsqlClient
      > = vectors === "sql" ? VectorIndex.layerSql : Usearch.layerLibsql(vectors === "memory" ? {} : vectors)
      const doctor = Doctor.layerLibsql(typeof vectors === "string" ? {} : vectors)
      const store = vectors === "sql" ? layer : Layer.provide(layer, KeywordMemory.layer)
      return Layer.mergeAll(store, doctor, Backup.layerLibsql).pipe(
        Layer.provideMerge(index),
        Layer.provideMerge(
          Layer.merge(
            LibsqlClient.layer(
              "liveClient" in client
                ? { ...client, longReads }
                : { ...client, url: client.url ?? ":memory:", longReads }
            ),
            layerOf(embedder)
          )
        )
      )
    })
  ).pipe(Layer.fresh)

/** {@link layerLibsql}, with options from the configuration, such as `{ url: Config.String("DATABASE_URL") }`. */
export const layerLibsqlConfig = (
  config: EffectConfig.Wrap<Config>
): Layer.Layer<LibsqlServices | Parts | LibsqlClient.LibsqlClient, Failure | EffectConfig.ConfigError> =>
  Layer.unwrap(Effect.map(EffectConfig.unwrap(config), layerLibsql))
