import { createHash } from "node:crypto"
import { Effect, Layer } from "effect"
import * as AiError from "effect/ai/AiError"
import * as EmbeddingModel from "effect/ai/EmbeddingModel"
import { ModelInfo } from "../domain/Embedding.ts"
import { EmbeddingError } from "../domain/EmbeddingError.ts"
import { beginning } from "../domain/Quote.ts"
import { normalise } from "../domain/Vector.ts"
import { decoded, Embedder, type EmbedderError, type Purpose } from "./Embedder.ts"
import * as ProviderFault from "./ProviderFault.ts"

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
  /** How many texts go into one request, at most; 1 at least. Default 96. */
  readonly batchSize?: number | undefined
}

/** Providers repeat requests in their errors; so much of it is enough, in UTF-16 code units. */
const longestProblem = 500

/** The same the other way round. */
const aiReasonOf = (error: EmbedderError): AiError.AiErrorReason => {
  const { message: description, reason } = error
  switch (reason) {
    case "rateLimited":
      return new AiError.RateLimitError({ retryAfter: error.retryAfter })
    case "unavailable":
    case "timeout":
      return new AiError.InternalProviderError({ description })
    case "authorization":
      return new AiError.AuthenticationError({ kind: "Unknown", description })
    case "text":
    case "type":
    case "missing":
    case "invalid":
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
 *
 * Whether to wait, to stop or to leave a text out is known from the reason of the `AiError` and the HTTP answer in it. A
 * provider of your own gives both with `AiError.reasonFromHttpStatus`; an `UnknownError` with a sentence says neither, so
 * it is tried again as an outage is, without the wait that the provider may have asked for.
 */
export const layerEmbedder = (
  options: EmbedderOptions
): Layer.Layer<Embedder, never, EmbeddingModel.EmbeddingModel | EmbeddingModel.Dimensions> =>
  Layer.effect(
    Embedder,
    Effect.gen(function* () {
      const provider = yield* EmbeddingModel.EmbeddingModel
      const dimensions = yield* EmbeddingModel.Dimensions
      const { documentPrefix = "", id, maxLength = 8192, queryPrefix = "" } = options
      const batchSize = Math.max(1, Math.floor(options.batchSize ?? 96))
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
          Effect.catch((cause) =>
            Effect.flatMap(ProviderFault.of(cause), (fault) =>
              Effect.fail(
                new EmbeddingError({ text, problem: beginning(cause.message, longestProblem), ...fault, cause })
              )
            )
          ),
          Effect.catchDefect((cause) => {
            const problem = `${id} did not give a vector`
            return Effect.fail(new EmbeddingError({ text, reason: "invalidVector", problem, cause }))
          })
        )
      const prefixed = (text: string, purpose: Purpose = "document") =>
        (purpose === "query" ? queryPrefix : documentPrefix) + text

      const embed = Effect.fn("Embedder.embed")(function* (text: string, purpose: Purpose = "document") {
        yield* Effect.annotateCurrentSpan({ model: id, purpose })
        const { vector } = yield* ask(text, provider.embed(prefixed(text, purpose)))
        return yield* unitOf(text, vector)
      })

      const embedMany = Effect.fn("Embedder.embedMany")(function* (texts: ReadonlyArray<string>, purpose?: Purpose) {
        yield* Effect.annotateCurrentSpan({ texts: texts.length, model: id })
        const vectors: Array<Float32Array> = []
        for (let from = 0; from < texts.length; from += batchSize) {
          const batch = texts.slice(from, from + batchSize)
          const inputs = batch.map((text) => prefixed(text, purpose))
          const { embeddings } = yield* ask(batch[0] ?? "", provider.embedMany(inputs))
          for (const [i, { vector }] of embeddings.entries()) vectors.push(yield* unitOf(batch[i] ?? "", vector))
        }
        return vectors
      })

      const model = new ModelInfo({ id, dimensions, maxLength, fingerprint })
      return decoded({ model, batchSize, embed, embedMany })
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
