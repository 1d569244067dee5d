import { Context, Effect, Layer, Schema } from "effect"
import type { SqlClient } from "effect/sql"
import { Pins } from "../crosswalk/Pins.ts"
import { Catalog } from "../domain/Catalog.ts"
import { CutTexts } from "../domain/CutTexts.ts"
import type { DatabaseError } from "../domain/DatabaseError.ts"
import { ModelInfo } from "../domain/Embedding.ts"
import { ForeignCatalog, foreignTo } from "../domain/ForeignCatalog.ts"
import type { ValidationError } from "../domain/ValidationError.ts"
import { MovedCounts } from "../domain/Moved.ts"
import { Embedder } from "../embedder/Embedder.ts"
import { EmbeddingRepository } from "../storage/EmbeddingRepository.ts"
import { ReferenceRepository } from "../storage/ReferenceRepository.ts"
import type { VectorIndex } from "../storage/VectorIndex.ts"
import * as Readiness from "./Readiness.ts"

/** What is in a store. */
export class StoreStatus extends Schema.Class<StoreStatus>("crosswalk/StoreStatus")({
  /** How many references there are. */
  references: Schema.Natural,
  catalogs: Schema.Array(Catalog),
  /** How many accepted relations rest on a text that is another now, or gone. */
  moved: MovedCounts,
  /** How many references have a vector of the model in use, none, or one of another model; absent without an embedder. */
  embeddings: Schema.optionalKey(
    Schema.Struct({ fresh: Schema.Natural, missing: Schema.Natural, otherModel: Schema.Natural })
  ),
  /** The texts that are longer than the model in use reads; absent without an embedder. */
  cutTexts: Schema.optionalKey(CutTexts),
  /** Catalogs whose texts are mostly in a language that the model in use was not made for. */
  foreign: Schema.optionalKey(Schema.Array(ForeignCatalog)),
  /** The model in use; absent without an embedder. */
  model: Schema.optionalKey(ModelInfo)
}) {}

const stored = Effect.gen(function* () {
  const references = yield* ReferenceRepository
  const pins = yield* Pins
  return Effect.gen(function* () {
    return { references: yield* references.count(), catalogs: yield* references.catalogs, moved: yield* pins.count() }
  })
})

/**
 * Tells what is in a store: how many references, in which catalogs, how many of them are embedded, and
 * how many decisions rest on what has moved.
 *
 * @example
 * import { Effect } from "effect"
 * import { Status } from "crosswalk"
 *
 * const program = Effect.gen(function*() {
 *   const { read } = yield* Status
 *   const { catalogs, embeddings } = yield* read
 *   return { catalogs: catalogs.map(({ id }) => id), missing: embeddings?.missing }
 * })
 */
export class Status extends Context.Service<
  Status,
  {
    /** Reads it anew each time. */
    readonly read: Effect.Effect<StoreStatus, ValidationError | DatabaseError>
    /** Whether the database, the model and the vectors can be used now. It loads the model, and waits two seconds at most. */
    readonly ready: Effect.Effect<Readiness.Readiness>
  }
>()("crosswalk/Status") {
  /** With the repositories and the embedder that are there. */
  static readonly layerNoDeps: Layer.Layer<
    Status,
    never,
    ReferenceRepository | EmbeddingRepository | Embedder | VectorIndex | Pins
  > = Layer.effect(
    this,
    Effect.gen(function* () {
      const counts = yield* stored
      const { cutTexts, status } = yield* EmbeddingRepository
      const { languageOf } = yield* ReferenceRepository
      const { model } = yield* Embedder
      const foreignOf = Effect.fnUntraced(function* (catalogs: ReadonlyArray<Catalog>) {
        if (model.languages === undefined) return []
        const languages = yield* Effect.forEach(catalogs, ({ id }) =>
          Effect.map(languageOf(id), (language) => ({ catalog: id, language }))
        )
        return foreignTo(model, languages)
      })
      const read = Effect.gen(function* () {
        const [stored, embeddings, lengths] = yield* Effect.all([counts, status, cutTexts()])
        const foreign = yield* foreignOf(stored.catalogs)
        return new StoreStatus({ ...stored, embeddings, cutTexts: lengths, foreign, model })
      })
      const ready = yield* Readiness.make(status)
      return { read: read.pipe(Effect.withSpan("Status.read")), ready: ready.pipe(Effect.withSpan("Status.ready")) }
    })
  )

  /** On any libSQL `SqlClient`, with the embedder in use. The model is not loaded. */
  static readonly layer: Layer.Layer<Status, DatabaseError, SqlClient.SqlClient | Embedder | VectorIndex> =
    this.layerNoDeps.pipe(
      Layer.provide(Layer.mergeAll(ReferenceRepository.layer, EmbeddingRepository.layer, Pins.layer))
    )

  /** Without an embedder: neither embeddings nor model are told. */
  static readonly layerReferences: Layer.Layer<Status, DatabaseError, SqlClient.SqlClient> = Layer.effect(
    this,
    Effect.map(stored, (counts) => ({
      read: Effect.map(counts, (counts) => new StoreStatus(counts)).pipe(Effect.withSpan("Status.read")),
      ready: Readiness.ofTables(counts).pipe(Effect.withSpan("Status.ready"))
    }))
  ).pipe(Layer.provide(Layer.merge(ReferenceRepository.layer, Pins.layer)))
}
