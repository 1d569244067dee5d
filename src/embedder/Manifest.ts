import { Schema } from "effect"

/** How the weights of a model are stored: `q8` is int8. */
export const Dtype = Schema.Literals(["fp32", "fp16", "q8", "int8", "uint8", "q4", "q4f16", "bnb4"])

/** How the vectors of a text's tokens become one. */
export const Pooling = Schema.Literals(["mean", "cls"])

const PositiveInt = Schema.Int.check(Schema.isGreaterThan(0))

/** What a file of a model must be. */
export const FileDigest = Schema.Struct({
  /** In bytes. */
  size: Schema.Int.check(Schema.isGreaterThanOrEqualTo(0)),
  /** In hexadecimal. */
  sha256: Schema.String.check(Schema.isPattern(/^[0-9a-f]{64}$/u))
})

/** `manifest.json` beside a model: what it is, and the size and checksum of each of its files. */
export const Manifest = Schema.Struct({
  /** Its name, such as `Xenova/all-MiniLM-L6-v2`. */
  id: Schema.NonEmptyString,
  dimensions: PositiveInt,
  /** How many tokens of a text it was made to read, and how many it can read at most. */
  maxLength: PositiveInt,
  maxTokens: PositiveInt,
  pooling: Pooling,
  /** The languages it was made for, as tags such as `en`; absent where that is not known. */
  languages: Schema.optionalKey(Schema.Array(Schema.NonEmptyString)),
  /** What the model wants before a text that is looked for, and before one that is looked in. */
  queryPrefix: Schema.String,
  documentPrefix: Schema.String,
  /** The files by how the weights are stored. */
  weights: Schema.Record(
    Schema.String,
    Schema.Struct({
      file: Schema.NonEmptyString,
      /** Activations are scaled over the whole input of a run, so texts must go through it one by one. */
      oneTextPerRun: Schema.Boolean
    })
  ),
  /** Every file, relative to the manifest, with `/`. */
  files: Schema.Record(Schema.String, FileDigest)
})
export type Manifest = typeof Manifest.Type
export type Dtype = typeof Dtype.Type
export type Pooling = typeof Pooling.Type
export type FileDigest = typeof FileDigest.Type

/** A manifest as it is written to disk. */
export const ManifestJson = Schema.fromJsonString(Manifest)
