import { createHash } from "node:crypto"
import { availableParallelism } from "node:os"
import { Config, Effect, Layer } from "effect"
import { ModelInfo } from "../domain/Embedding.ts"
import { ModelLoadError } from "../domain/ModelLoadError.ts"
import { oneEffect } from "../domain/Requirements.ts"
import { decoded, Embedder, type Purpose } from "./Embedder.ts"
import type { Dtype } from "./Manifest.ts"
import * as ModelFolder from "./ModelFolder.ts"
import type { EarlyWorker } from "./EarlyWorker.ts"
import { locate, type LocatorOptions } from "./ModelLocator.ts"
import { type Located, type ModelSpec, type SpecOptions, specOf } from "./ModelSpec.ts"
import { defaultModel, moduleUrl, packageProblem } from "../domain/PackageFolder.ts"
import type { EncodedText } from "./WorkerLoop.ts"
import * as WorkerPool from "./WorkerPool.ts"

export type { Dtype, Pooling } from "./Manifest.ts"

/** How texts are embedded with a model in worker threads. Every field is optional. */
export interface TransformersOptions extends LocatorOptions, SpecOptions {
  /** A worker that began to load the packaged model before the program did; it is used if that is the model to use. */
  readonly early?: EarlyWorker | undefined
  /** How many texts a worker gets at a time, at most. Default 32. */
  readonly batchSize?: number | undefined
  /** How many worker threads, at most; one is started for the first text, more when many wait. Default: the cores. */
  readonly workers?: number | undefined
  /** Load the model in the background at once instead of with the first text. Default false. */
  readonly warm?: boolean | undefined
}

/** Everything that changes a vector, and nothing else: not where the model lies, nor what it is called. */
const fingerprintOf = (spec: ModelSpec): string => {
  const checksums = Object.entries(spec.files)
    .map(([name, file]) => `${name} ${file.sha256}`)
    .sort()
  const { dimensions, documentPrefix, maxLength, oneTextPerRun, pooling, queryPrefix } = spec
  const parts = [1, checksums, dimensions, maxLength, pooling, oneTextPerRun, queryPrefix, documentPrefix]
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 16)
}

const checkOptions = Effect.fnUntraced(function* (options: TransformersOptions, located: Located) {
  const whole = (name: string, value: number | undefined, least: number, most: number, unit: string) =>
    value === undefined || (Number.isInteger(value) && value >= least && value <= most)
      ? Effect.void
      : Effect.fail(
          new ModelLoadError({
            model: options.model ?? located.manifest.id,
            reason: "incompatible",
            problem: `${name} is ${value}. Use a whole number from ${least} to ${most}${unit}.`
          })
        )
  yield* whole("batchSize", options.batchSize, 1, 100_000, "")
  yield* whole("workers", options.workers, 1, 1024, "")
  // Three tokens are the two that frame a text and one of it.
  yield* whole("maxLength", options.maxLength, 3, located.manifest.maxTokens, " tokens")
})

const find = Effect.fnUntraced(function* (options: TransformersOptions) {
  // Every model needs the runtime of the package. Its own model is never fetched instead.
  if (packageProblem !== undefined) {
    return yield* new ModelLoadError({
      model: options.model ?? defaultModel,
      reason: "missing",
      problem: packageProblem,
      remedy: { action: "reinstall" }
    })
  }
  const located = yield* locate(options)
  yield* checkOptions(options, located)
  const spec = specOf(located, options)
  const model = new ModelInfo({
    id: spec.id,
    dimensions: spec.dimensions,
    maxLength: spec.maxLength,
    ...(located.manifest.languages !== undefined && { languages: located.manifest.languages }),
    fingerprint: fingerprintOf(spec)
  })
  return { model, spec }
})

const make = Effect.fn("Transformers.make")(function* (options: TransformersOptions) {
  yield* oneEffect
  const { model, spec } = yield* find(options)
  const pool = yield* WorkerPool.make({
    url: moduleUrl("embedder/worker"),
    spec,
    workers: options.workers ?? availableParallelism(),
    batchSize: options.batchSize ?? 32,
    early: options.early
  })
  if (options.warm === true) yield* pool.warm

  // Beside the vectors, so that whatever wraps an embedder need not know of them.
  const lengths = new WeakMap<Float32Array, number>()
  const counted = ({ tokens, vector }: EncodedText): Float32Array => {
    lengths.set(vector, tokens)
    return vector
  }

  const prefixed = (text: string, purpose: Purpose = "document") =>
    (purpose === "query" ? spec.queryPrefix : spec.documentPrefix) + text

  const embed = Effect.fn("Embedder.embed")(function* (text: string, purpose: Purpose = "document") {
    yield* Effect.annotateCurrentSpan({ model: spec.id, purpose })
    const [embedded] = yield* pool.run([prefixed(text, purpose)], true)
    return embedded === undefined ? yield* Effect.die("the pool answers every text") : counted(embedded)
  })

  const embedMany = Effect.fn("Embedder.embedMany")(function* (texts: ReadonlyArray<string>, purpose?: Purpose) {
    yield* Effect.annotateCurrentSpan({ texts: texts.length, model: spec.id })
    const unique = [...new Set(texts)]
    const embedded = yield* pool.run(
      unique.map((text) => prefixed(text, purpose)),
      false
    )
    const vectors = embedded.map(counted)
    if (unique.length === texts.length) return vectors
    const places = new Map(unique.map((text, place) => [text, place]))
    return texts.flatMap((text) => vectors[places.get(text) ?? 0] ?? [])
  })

  return decoded({ model, embed, embedMany, tokensOf: (vector) => lengths.get(vector) })
})

/**
 * Embeds with a sentence model on this machine, in plain worker threads with one ONNX thread each, so the event loop stays
 * free. Without options it is the model of the package, which needs no network.
 *
 * Building the layer finds the model and checks that its files are there, which fails with a `ModelLoadError` otherwise; a
 * model from the hub is downloaded now. The threads start with the first text and load the model then, after checking the
 * SHA-256 of every file. They stop between two texts when the scope of the layer closes.
 *
 * Of a text longer than 64 characters a token, the rest is not looked at.
 *
 * @example
 * import { Effect } from "effect"
 * import { Embedder, Transformers } from "crosswalk"
 *
 * const program = Effect.gen(function*() {
 *   const embedder = yield* Embedder
 *   return yield* embedder.embedMany(["Passwords are hashed.", "Secrets stay out of logs."])
 * }).pipe(Effect.provide(Transformers.layer({ workers: 2 })))
 */
export const layer = (options: TransformersOptions = {}): Layer.Layer<Embedder, ModelLoadError> =>
  Layer.effect(Embedder, make(options))

/** {@link layer}, with options that are read from the configuration. */
export const layerConfig = (
  options: Config.Wrap<TransformersOptions>
): Layer.Layer<Embedder, ModelLoadError | Config.ConfigError> =>
  Layer.effect(Embedder, Effect.flatMap(Config.unwrap(options), make))

/** A model on disk whose files were all read and found right. */
export interface ModelReport {
  readonly model: ModelInfo
  /** The absolute path of its folder. */
  readonly folder: string
  readonly dtype: Dtype
  /** The size of its files together. */
  readonly bytes: number
}

/** Finds the model that {@link layer} would use with these options, and checks the SHA-256 of its files. */
export const inspect = Effect.fn("Transformers.inspect")(function* (options: TransformersOptions = {}) {
  const { model, spec } = yield* find(options)
  yield* ModelFolder.verify(spec.folder, spec.files).pipe(Effect.mapError(ModelFolder.damaged(model.id, spec.folder)))
  const bytes = Object.values(spec.files).reduce((sum, file) => sum + file.size, 0)
  const report: ModelReport = { model, folder: spec.folder, dtype: spec.dtype, bytes }
  return report
})

export { defaultModel }
export type { DownloadProgress } from "./ModelHub.ts"
