import { existsSync } from "node:fs"
import { mkdir } from "node:fs/promises"
import { dirname } from "node:path"
import { Effect, Layer, Schema } from "effect"
import { DatabaseError, type ModelLoadError, type NotFoundError, type ValidationError } from "../domain/errors.ts"
import type { Embedder } from "../embedder/Embedder.ts"
import { EmbedderConfig, layerOf } from "../embedder/EmbedderConfig.ts"
import * as Transformers from "../embedder/Transformers.ts"
import { EmbeddingRepository } from "../storage/EmbeddingRepository.ts"
import * as LibsqlClient from "../storage/LibsqlClient.ts"
import { ReferenceRepository } from "../storage/ReferenceRepository.ts"
import { RelationRepository } from "../storage/RelationRepository.ts"
import { VectorIndex } from "../storage/VectorIndex.ts"
import { noDatabase } from "./Errors.ts"
import { Output } from "./Output.ts"
import { Settings } from "./Settings.ts"

/** Whether a command makes the database where there is none, needs one, or needs one and changes nothing in it. */
export type Access = "create" | "existing" | "readonly"

export type SessionError = DatabaseError | ValidationError | NotFoundError

/** The database that the settings name. */
export const database = (access: Access, options: Partial<LibsqlClient.Config> = {}) =>
  Layer.unwrap(Effect.gen(function*() {
    const { authToken, from, path, syncUrl, url } = yield* (yield* Settings).database
    if (path !== undefined && !existsSync(path)) {
      // A replica without its file is filled from its primary.
      if (access !== "create" && syncUrl === undefined) return yield* noDatabase(path)
      if (from === "default") yield* makeFolder(dirname(path))
    }
    return LibsqlClient.layer({ url, authToken, syncUrl, readonly: access === "readonly", ...options })
  }))

const makeFolder = (folder: string) =>
  Effect.tryPromise({
    try: () => mkdir(folder, { recursive: true }),
    catch: (cause) =>
      new DatabaseError({
        operation: "open",
        reason: "connection",
        isRetryable: false,
        problem: `the folder ${folder} cannot be made. Name another place with --db`,
        cause
      })
  })

/** References and relations, without an embedder. */
export const references = (access: Access) =>
  Layer.mergeAll(ReferenceRepository.layer, RelationRepository.layer).pipe(Layer.provideMerge(database(access)))

const isConfig = Schema.is(EmbedderConfig)

/** The embedder that the settings name. A model starts to load at once when `warm`. */
export const embedder = (
  warm: boolean
): Layer.Layer<Embedder, ModelLoadError | ValidationError, Settings | Output> =>
  Layer.unwrap(Effect.gen(function*() {
    const settings = yield* Settings
    const output = yield* Output
    const config = yield* settings.embedder
    if (!isConfig(config) || config.type !== "transformers") return layerOf(config)
    return Transformers.layer({
      ...config,
      ...(settings.offline ? { offline: true } : {}),
      warm,
      onProgress: ({ file, loaded, total }) => output.progress(`Downloading ${file}`, loaded, total)
    })
  }))

/** References, relations and their embeddings. */
export const embeddings = (access: Access, { warm }: { readonly warm: boolean } = { warm: true }) =>
  EmbeddingRepository.layer.pipe(
    Layer.provideMerge(VectorIndex.layerSql),
    Layer.provideMerge(references(access)),
    Layer.provideMerge(embedder(warm))
  )
