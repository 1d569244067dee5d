import { Effect, Layer, Schema } from "effect"
import { decodeInput } from "../domain/Input.ts"
import type { ModelLoadError } from "../domain/ModelLoadError.ts"
import { ValidationError } from "../domain/ValidationError.ts"
import * as Deterministic from "./Deterministic.ts"
import type { Embedder } from "./Embedder.ts"
import { Dtype, Pooling } from "./Manifest.ts"
import * as Transformers from "./Transformers.ts"

const Count = Schema.Int.check(Schema.isGreaterThan(0))

/** Which embedder, as a configuration file says it. */
export const EmbedderConfig = Schema.Union([
  Schema.Struct({
    type: Schema.Literal("transformers"),
    model: Schema.optionalKey(Schema.NonEmptyString),
    folder: Schema.optionalKey(Schema.NonEmptyString),
    dtype: Schema.optionalKey(Dtype),
    pooling: Schema.optionalKey(Pooling),
    maxLength: Schema.optionalKey(Count),
    queryPrefix: Schema.optionalKey(Schema.String),
    documentPrefix: Schema.optionalKey(Schema.String),
    batchSize: Schema.optionalKey(Count),
    workers: Schema.optionalKey(Count),
    cacheDirectory: Schema.optionalKey(Schema.NonEmptyString),
    offline: Schema.optionalKey(Schema.Boolean),
    hub: Schema.optionalKey(Schema.NonEmptyString),
    revision: Schema.optionalKey(Schema.NonEmptyString)
  }),
  Schema.Struct({
    type: Schema.Literal("deterministic"),
    dimensions: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 65_536 })))
  })
])
export type EmbedderConfig = typeof EmbedderConfig.Type

const types = ["transformers", "deterministic"]

const decode = decodeInput(EmbedderConfig, "embedder", "embedder.")

const TypeOnly = Schema.Struct({ type: Schema.Literals(["transformers", "deterministic"]) })

/**
 * The embedder that a configuration names, such as `{ type: "transformers", model: "Xenova/all-MiniLM-L6-v2" }` or
 * `{ type: "deterministic" }`. Any input may be given: what is not such a configuration is a `ValidationError`, an unknown
 * model a `ModelLoadError`.
 */
export const layerOf = (input: unknown): Layer.Layer<Embedder, ValidationError | ModelLoadError> =>
  Layer.unwrap(
    Effect.gen(function* () {
      yield* Schema.decodeUnknownEffect(TypeOnly)(input).pipe(
        Effect.mapError(() => {
          const type: unknown = typeof input === "object" && input !== null ? Reflect.get(input, "type") : input
          return new ValidationError({
            field: "embedder.type",
            value: type,
            constraint: "is not a kind of embedder",
            expected: types.map((name) => JSON.stringify(name)).join(" or ")
          })
        })
      )
      const config = yield* decode(input)
      return config.type === "transformers" ? Transformers.layer(config) : Deterministic.layer(config)
    })
  )
