import { mkdir } from "node:fs/promises"
import { dirname } from "node:path"
import { Effect, Layer, Schema } from "effect"
import { DatabaseError } from "../domain/DatabaseError.ts"
import type { ModelLoadError } from "../domain/ModelLoadError.ts"
import type { NotFoundError } from "../domain/NotFoundError.ts"
import type { ValidationError } from "../domain/ValidationError.ts"
import { Embedder } from "../embedder/Embedder.ts"
import { EmbedderConfig, layerOf } from "../embedder/EmbedderConfig.ts"
import * as Transformers from "../embedder/Transformers.ts"
import { EmbeddingRepository } from "../storage/EmbeddingRepository.ts"
import * as DatabaseFile from "../libsql/DatabaseFile.ts"
import { fromCause } from "../libsql/DatabaseErrors.ts"
import * as LibsqlClient from "../libsql/LibsqlClient.ts"
import * as Migrations from "../storage/Migrations.ts"
import { ReferenceRepository } from "../storage/ReferenceRepository.ts"
import { RelationRepository } from "../storage/RelationRepository.ts"
import * as Usearch from "../vectors/Usearch.ts"
import { noDatabase } from "./Errors.ts"
import { Output } from "./Output.ts"
import { Settings } from "./Settings.ts"

/**
 * Whether a command makes the database where there is none, needs one, needs one and changes nothing in it, or tries out
 * what it would change, in an empty one where there is none.
 */
export type Access = "create" | "existing" | "readonly" | "rehearsal"

export type SessionError = DatabaseError | ValidationError | NotFoundError

/** The database that the settings name. */
export const database = (access: Access, options: Partial<LibsqlClient.Config> = {}) =>
  Layer.unwrap(
    Effect.gen(function* () {
      const { authToken, fresh, from, isInMemory, path, syncUrl, url } = yield* (yield* Settings).database
      const isThere =
        path === undefined ||
        (yield* Effect.try({ try: () => DatabaseFile.isThere(path), catch: fromCause("LibsqlClient.open") }))
      if (path !== undefined && !isThere) {
        if (access === "rehearsal") return LibsqlClient.layer({ url: ":memory:" })
        // A replica without its file is filled from its primary.
        if (access !== "create" && syncUrl === undefined) return yield* noDatabase(path)
        if (from === "default") yield* makeFolder(dirname(path))
      }
      const config = { url, authToken, syncUrl, fresh, ...options }
      // What is only in memory is new and nobody else's.
      if (access !== "readonly" || isInMemory) return LibsqlClient.layer(config)
      return Layer.effectContext(
        Effect.tap(Layer.build(LibsqlClient.layer({ ...config, readonly: true })), (read) =>
          Effect.flatMap(Effect.provideContext(Migrations.state, read), (state) =>
            state === "older" ? Effect.provide(Migrations.run, Layer.fresh(LibsqlClient.layer(config))) : Effect.void
          )
        )
      )
    })
  )

const makeFolder = (folder: string) =>
  Effect.tryPromise({
    try: () => mkdir(folder, { recursive: true }),
    catch: (cause) =>
      new DatabaseError({
        operation: "open",
        reason: "connection",
        isRetryable: false,
        problem: `the folder ${folder} cannot be made`,
        remedy: { action: "chooseDatabase" },
        cause
      })
  })

/** References and relations, without an embedder. */
export const references = (access: Access, options: Partial<LibsqlClient.Config> = {}) =>
  Layer.mergeAll(ReferenceRepository.layer, RelationRepository.layer).pipe(
    Layer.provideMerge(database(access, options))
  )

const isConfig = Schema.is(EmbedderConfig)

/** The options of a model in worker threads, or undefined where the settings name another embedder, or none there is. */
const modelOptions = Effect.gen(function* () {
  const settings = yield* Settings
  const output = yield* Output
  const config = yield* settings.embedder
  if (!isConfig(config) || config.type !== "transformers") return undefined
  const options: Transformers.TransformersOptions = {
    ...config,
    ...(settings.offline ? { offline: true } : {}),
    early: settings.early,
    onProgress: ({ file, loaded, total }) => output.progress(`Downloading ${file}`, loaded, total)
  }
  return options
})

/** The embedder that the settings name. A model starts to load at once when `warm`. */
export const embedder = (warm: boolean): Layer.Layer<Embedder, ModelLoadError | ValidationError, Settings | Output> =>
  Layer.unwrap(
    Effect.gen(function* () {
      const options = yield* modelOptions
      return options === undefined
        ? layerOf(yield* (yield* Settings).embedder)
        : Transformers.layer({ ...options, warm })
    })
  )

/** What is known of the model that the settings name, with its files checked where it has any. */
export const inspect = Effect.gen(function* () {
  const options = yield* modelOptions
  if (options === undefined) return { model: (yield* Embedder).model }
  return yield* Transformers.inspect(options)
}).pipe(Effect.provide(embedder(false)))

/** References, relations and their embeddings. */
export const embeddings = (
  access: Access,
  { warm = true, ...options }: Partial<LibsqlClient.Config> & { readonly warm?: boolean } = {}
) =>
  EmbeddingRepository.layer.pipe(
    Layer.provideMerge(Usearch.layerSaved()),
    Layer.provideMerge(references(access, options)),
    Layer.provideMerge(embedder(warm))
  )
