import { createHash } from "node:crypto"
import { Effect, Layer } from "effect"
import * as AiError from "effect/ai/AiError"
import * as EmbeddingModel from "effect/ai/EmbeddingModel"
import { ModelInfo } from "../domain/Embedding.ts"
import { EmbeddingError, type EmbeddingReason } from "../domain/EmbeddingError.ts"
import type { ModelLoadError } from "../domain/ModelLoadError.ts"
import { beginning } from "../domain/Quote.ts"
import { normalise } from "../domain/Vector.ts"
import { Embedder, type Purpose } from "./Embedder.ts"

/** What `effect/ai` does not know of its model, but a store of vectors has to. */
export interface EmbedderOptions {
  /** The model's name, such as `openai/text-embedding-3-small`. Vectors of different names are never compared. */
  readonly id: string
  /** How many tokens of a text it reads. Default 8192. */
  readonly maxLength?: number | undefined
  /** What is put before a text that is looked for. Default: nothing. */
  readonly queryPrefix?: string | undefined
  /** What is put before a text that is looked in. Default: nothing. */
  readonly documentPrefix?: string | undefined
  /** How many texts go into one request, at most. Default 96. */
  readonly batchSize?: number | undefined
}

/** Providers repeat requests in their errors; so much of it is enough, in UTF-16 code units. */
const longestProblem = 500

const timeouts: ReadonlySet<number | undefined> = new Set([408, 504])

/** What a provider's error says of whether to try again, and whose fault it is. */
const reasonOf = ({ reason }: AiError.AiError): EmbeddingReason => {
  switch (reason._tag) {
    case "RateLimitError":
      return "rateLimited"
    case "QuotaExhaustedError":
    case "AuthenticationError":
      return "authorization"
    case "InternalProviderError":
      return timeouts.has(reason.http?.response?.status) ? "timeout" : "unavailable"
    case "NetworkError":
      return reason.isRetryable ? "unavailable" : "unknown"
    case "InvalidRequestError":
    case "InvalidUserInputError":
    case "ContentPolicyError":
      return "text"
    case "InvalidResponseError":
    case "InvalidOutputError":
    case "StructuredOutputError":
      return "invalidVector"
    default:
      return "unknown"
  }
}

/** The same the other way round. */
const aiReasonOf = ({ message: description, reason }: EmbeddingError | ModelLoadError): AiError.AiErrorReason => {
  switch (reason) {
    case "rateLimited":
      return new AiError.RateLimitError({})
    case "unavailable":
    case "timeout":
      return new AiError.InternalProviderError({ description })
    case "authorization":
      return new AiError.AuthenticationError({ kind: "Unknown", description })
    case "text":
      return new AiError.InvalidUserInputError({ description })
    case "invalidVector":
      return new AiError.InvalidOutputError({ description })
    default:
      return new AiError.UnknownError({ description })
  }
}

/**
 * An {@link Embedder} over any `EmbeddingModel` of `effect/ai`. Vectors are brought to unit length; an `AiError` becomes
 * the cause of an `EmbeddingError`.
 */
export const layerEmbedder = (
  options: EmbedderOptions
): Layer.Layer<Embedder, never, EmbeddingModel.EmbeddingModel | EmbeddingModel.Dimensions> =>
  Layer.effect(
    Embedder,
    Effect.gen(function* () {
      const provider = yield* EmbeddingModel.EmbeddingModel
      const dimensions = yield* EmbeddingModel.Dimensions
      const { batchSize = 96, documentPrefix = "", id, maxLength = 8192, queryPrefix = "" } = options
      const parts = ["effect/ai", id, dimensions, maxLength, queryPrefix, documentPrefix]
      const fingerprint = createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 16)

      const unitOf = (text: string, vector: ReadonlyArray<number>) => {
        const unit = vector.length === dimensions ? normalise(vector) : undefined
        return unit === undefined
          ? Effect.fail(
              new EmbeddingError({
                text,
                reason: "invalidVector",
                problem:
                  vector.length === dimensions
                    ? `${id} gave a vector without a direction (zero, or not finite)`
                    : `${id} gave ${vector.length} dimensions instead of ${dimensions}`
              })
            )
          : Effect.succeed(unit)
      }
      // `effect/ai` dies of a vector with numbers that are not finite: it comes from outside, so it is an error here.
      const ask = <A>(text: string, request: Effect.Effect<A, AiError.AiError>) =>
        request.pipe(
          Effect.mapError(
            (cause) =>
              new EmbeddingError({
                text,
                reason: reasonOf(cause),
                problem: beginning(cause.message, longestProblem),
                retryAfter: cause.retryAfter,
                cause
              })
          ),
          Effect.catchDefect((cause) => {
            const problem = `${id} did not give a vector`
            return Effect.fail(new EmbeddingError({ text, reason: "invalidVector", problem, cause }))
          })
        )
      const prefixed = (text: string, purpose: Purpose = "document") =>
        (purpose === "query" ? queryPrefix : documentPrefix) + text

      const embed = Effect.fn("Embedder.embed")(function* (text: string, purpose?: Purpose) {
        const { vector } = yield* ask(text, provider.embed(prefixed(text, purpose)))
        return yield* unitOf(text, vector)
      })

      const embedMany = Effect.fn("Embedder.embedMany")(function* (texts: ReadonlyArray<string>, purpose?: Purpose) {
        const vectors: Array<Float32Array> = []
        for (let from = 0; from < texts.length; from += batchSize) {
          const batch = texts.slice(from, from + batchSize)
          const inputs = batch.map((text) => prefixed(text, purpose))
          const { embeddings } = yield* ask(batch[0] ?? "", provider.embedMany(inputs))
          for (const [i, { vector }] of embeddings.entries()) vectors.push(yield* unitOf(batch[i] ?? "", vector))
        }
        return vectors
      })

      return Embedder.of({ model: new ModelInfo({ id, dimensions, maxLength, fingerprint }), embed, embedMany })
    })
  )

/** An `EmbeddingModel` of `effect/ai`, and its `Dimensions`, over the {@link Embedder}. */
export const layerEmbeddingModel = (
  options: {
    /** What the texts are for. Default `document`. */
    readonly purpose?: Purpose | undefined
  } = {}
): Layer.Layer<EmbeddingModel.EmbeddingModel | EmbeddingModel.Dimensions, never, Embedder> =>
  Layer.merge(
    Layer.effect(
      EmbeddingModel.EmbeddingModel,
      Effect.gen(function* () {
        const embedder = yield* Embedder
        return yield* EmbeddingModel.make({
          embedMany: ({ inputs }) =>
            embedder.embedMany(inputs, options.purpose).pipe(
              Effect.map((vectors) => ({
                results: vectors.map((vector) => Array.from(vector)),
                usage: { inputTokens: undefined }
              })),
              Effect.mapError((error) =>
                AiError.make({
                  module: "Crosswalk",
                  method: "embedMany",
                  reason: aiReasonOf(error)
                })
              )
            )
        })
      })
    ),
    Layer.effect(
      EmbeddingModel.Dimensions,
      Effect.map(Embedder, ({ model }) => model.dimensions)
    )
  )
