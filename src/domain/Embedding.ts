import { Schema, SchemaGetter } from "effect"
import { Reference } from "./Reference.ts"

/** What is known of an embedding model. */
export class ModelInfo extends Schema.Class<ModelInfo>("crosswalk/ModelInfo")({
  /** Its name, such as `Xenova/all-MiniLM-L6-v2`. */
  id: Schema.NonEmptyString,
  /** How many numbers a vector has. */
  dimensions: Schema.Int.check(Schema.isGreaterThan(0)),
  /** How many tokens of a text it reads; what is beyond is ignored. */
  maxLength: Schema.Int.check(Schema.isGreaterThan(0)),
  /** The languages it was made for, as tags such as `en`; absent where that is not known. */
  languages: Schema.optionalKey(Schema.Array(Schema.String)),
  /** A hash of everything that changes a vector: model, weights, pooling, prefixes, maximum length. */
  fingerprint: Schema.NonEmptyString
}) {}

/** The largest float32. */
const largest = (2 - 2 ** -23) * 2 ** 127

const Float32 = Schema.Finite.check(Schema.isBetween({ minimum: -largest, maximum: largest }))

/** As JSON an array of numbers, which every language reads and which gives back the same float32. */
const Vector = Schema.instanceOf(Float32Array<ArrayBufferLike>, {
  expected: "a Float32Array",
  toCodecJson: () =>
    Schema.link<Float32Array>()(Schema.Array(Float32), {
      decode: SchemaGetter.transform((numbers: ReadonlyArray<number>) => Float32Array.from(numbers)),
      encode: SchemaGetter.transform((vector: Float32Array) => Array.from(vector))
    })
})

/** The vector of a reference's text, and what it was made with. */
export class Embedding extends Schema.Class<Embedding>("crosswalk/Embedding")({
  /** L2-normalised, as many numbers as the model has dimensions. An array of numbers in JSON. */
  vector: Vector,
  model: ModelInfo,
  /** The SHA-256 of the text it was made from, in hexadecimal. */
  textHash: Schema.String,
  createdAt: Schema.DateTimeUtcFromString
}) {}

/** A reference and, where it has one, its embedding. */
export class ReferenceWithEmbedding extends Schema.Class<ReferenceWithEmbedding>("crosswalk/ReferenceWithEmbedding")({
  reference: Reference,
  embedding: Schema.optionalKey(Embedding)
}) {}
