import { Effect, Layer } from "effect"
import { Backup } from "../../src/catalog/Backup.ts"
import { Embedder, type EmbedderError } from "../../src/embedder/Embedder.ts"
import * as Deterministic from "../../src/embedder/Deterministic.ts"
import * as LibsqlClient from "../../src/libsql/LibsqlClient.ts"
import { VectorIndex } from "../../src/storage/VectorIndex.ts"
import * as Store from "../../src/Store.ts"

/** A store in memory whose model answers so when it is asked for one vector; many it embeds by their words. */
export const storeWithModel = (embed: Effect.Effect<Float32Array, EmbedderError>) =>
  Layer.merge(Store.layer, Backup.layerLibsql).pipe(
    Layer.provideMerge(VectorIndex.layerSql),
    Layer.provideMerge(
      Layer.effect(
        Embedder,
        Effect.map(Embedder, (embedder) => Embedder.of({ ...embedder, embed: () => embed }))
      )
    ),
    Layer.provide(Deterministic.layer()),
    Layer.provideMerge(LibsqlClient.layer({ url: ":memory:" }))
  )
