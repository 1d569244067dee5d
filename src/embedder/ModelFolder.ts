import { createHash } from "node:crypto"
import { createReadStream } from "node:fs"
import { readFile, stat } from "node:fs/promises"
import { basename, join, sep } from "node:path"
import { Effect, Schema } from "effect"
import { ModelLoadError, type ModelLoadReason } from "../domain/ModelLoadError.ts"
import { packageFolder } from "../domain/PackageFolder.ts"
import type { Remedy } from "../domain/Remedy.ts"
import { type Dtype, type FileDigest, type Manifest, ManifestJson, type Pooling } from "./Manifest.ts"

/** The files that every model has, beside its weights. */
export const required = ["config.json", "tokenizer.json", "tokenizer_config.json"] as const

/** The files that some models have. */
export const optional = ["special_tokens_map.json", "1_Pooling/config.json"] as const

/** What each way to store weights is called in file names. */
export const suffixes: Record<Dtype, string> = {
  fp32: "",
  fp16: "_fp16",
  q8: "_quantized",
  int8: "_int8",
  uint8: "_uint8",
  q4: "_q4",
  q4f16: "_q4f16",
  bnb4: "_bnb4"
}

/** Where the weights are, by the convention of the hub. */
export const weightsFile = (dtype: Dtype) => `onnx/model${suffixes[dtype]}.onnx`

/** Dynamic quantisation to 8 bits scales activations over the whole input of a run. */
const scalesOverRun = (dtype: Dtype) => dtype === "q8" || dtype === "int8" || dtype === "uint8"

/** Reads JSON that the library needs to know a model by; whatever else is in it stays unread. */
const ConfigJson = Schema.fromJsonString(
  Schema.Struct({
    hidden_size: Schema.optionalKey(Schema.Int),
    dim: Schema.optionalKey(Schema.Int),
    d_model: Schema.optionalKey(Schema.Int),
    max_position_embeddings: Schema.optionalKey(Schema.Int)
  })
)
const TokenizerConfigJson = Schema.fromJsonString(
  Schema.Struct({
    model_max_length: Schema.optionalKey(Schema.Number)
  })
)
const PoolingJson = Schema.fromJsonString(
  Schema.Struct({
    pooling_mode_cls_token: Schema.optionalKey(Schema.Boolean)
  })
)

/** A problem with the files of a model, in words. */
export class Damage extends Schema.TaggedError<Damage>()("Damage", { reason: Schema.String }) {
  override get message() {
    return this.reason
  }
}

const sizeOf = (path: string) =>
  Effect.promise(() =>
    stat(path).then(
      (found) => (found.isFile() ? found.size : undefined),
      () => undefined
    )
  )

const readText = (folder: string, name: string) =>
  Effect.tryPromise({
    try: () => readFile(join(folder, name), "utf8"),
    catch: () => new Damage({ reason: `${join(folder, name)} cannot be read` })
  })

const readJson = <A>(folder: string, name: string, schema: Schema.Codec<A, string>) =>
  readText(folder, name).pipe(
    Effect.flatMap((text) =>
      Schema.decodeEffect(schema)(text).pipe(
        Effect.mapError((error) => new Damage({ reason: `${join(folder, name)} is not valid: ${error.message}` }))
      )
    )
  )

const digest = (path: string) =>
  Effect.tryPromise({
    try: async (): Promise<FileDigest> => {
      const hash = createHash("sha256")
      let size = 0
      for await (const chunk of createReadStream(path)) {
        hash.update(chunk)
        size += chunk.length
      }
      return { size, sha256: hash.digest("hex") }
    },
    catch: () => new Damage({ reason: `${path} cannot be read` })
  })

/** What a folder without a manifest is, read from its files and their bytes. */
export const describe = Effect.fnUntraced(function* (folder: string, id: string, dtype: Dtype) {
  const weights = weightsFile(dtype)
  const files: Record<string, FileDigest> = {}
  for (const name of [...required, weights]) {
    if ((yield* sizeOf(join(folder, name))) === undefined) {
      return yield* new Damage({ reason: `${join(folder, name)} is missing` })
    }
    files[name] = yield* digest(join(folder, name))
  }
  for (const name of [...optional, `${weights}_data`]) {
    if ((yield* sizeOf(join(folder, name))) !== undefined) files[name] = yield* digest(join(folder, name))
  }
  const config = yield* readJson(folder, "config.json", ConfigJson)
  const tokenizer = yield* readJson(folder, "tokenizer_config.json", TokenizerConfigJson)
  const pooling: Pooling =
    "1_Pooling/config.json" in files &&
    (yield* readJson(folder, "1_Pooling/config.json", PoolingJson)).pooling_mode_cls_token === true
      ? "cls"
      : "mean"
  const dimensions = config.hidden_size ?? config.dim ?? config.d_model
  if (dimensions === undefined || dimensions < 1) {
    return yield* new Damage({
      reason: `${join(folder, "config.json")} does not say how many dimensions (hidden_size)`
    })
  }
  const maxTokens = config.max_position_embeddings ?? 512
  // Some tokenizers say 1e30 for "no limit".
  const maxLength = Math.max(1, Math.min(maxTokens, Math.floor(tokenizer.model_max_length ?? 512)))
  const manifest: Manifest = {
    id,
    dimensions,
    maxLength,
    maxTokens,
    pooling,
    queryPrefix: "",
    documentPrefix: "",
    weights: { [dtype]: { file: weights, oneTextPerRun: scalesOverRun(dtype) } },
    files
  }
  return manifest
})

const checkSizes = Effect.fnUntraced(function* (folder: string, manifest: Manifest, weights: string) {
  for (const [name, expected] of Object.entries(manifest.files)) {
    if (name.startsWith("onnx/") && !name.startsWith(weights)) continue // other weights of the same model
    const size = yield* sizeOf(join(folder, name))
    if (size === undefined) return yield* new Damage({ reason: `${join(folder, name)} is missing` })
    if (size !== expected.size) {
      return yield* new Damage({ reason: `${join(folder, name)} has ${size} bytes instead of ${expected.size}` })
    }
  }
})

/** Reads every file and compares its SHA-256. */
export const verify = Effect.fnUntraced(function* (folder: string, files: Readonly<Record<string, FileDigest>>) {
  for (const [name, expected] of Object.entries(files)) {
    const found = yield* digest(join(folder, name))
    if (found.sha256 !== expected.sha256) {
      return yield* new Damage({ reason: `${join(folder, name)} is damaged: its SHA-256 is not ${expected.sha256}` })
    }
  }
})

/**
 * The manifest of a model in a folder, with the sizes of its files checked, or made from the files where there is none.
 * `undefined` where the folder does not have this model with these weights. Without `dtype`, the weights that it has.
 */
export const read = Effect.fnUntraced(function* (folder: string, id: string | undefined, dtype: Dtype | undefined) {
  if ((yield* sizeOf(join(folder, "manifest.json"))) !== undefined) {
    const manifest = yield* readJson(folder, "manifest.json", ManifestJson)
    const found = dtype ?? Object.keys(manifest.weights)[0]
    const weights = found === undefined ? undefined : manifest.weights[found]
    if (weights === undefined) return undefined
    yield* checkSizes(folder, manifest, weights.file)
    return manifest
  }
  if ((yield* sizeOf(join(folder, "config.json"))) === undefined) return undefined
  return yield* describe(folder, id ?? basename(folder), dtype ?? "q8")
})

/** The error that a person sees for a model that cannot be loaded from its folder. */
export const unusable = (model: string, folder: string, reason: ModelLoadReason, problem: string) => {
  // Nobody removes files of the package by hand: its folder may be shared, or an archive.
  const isPackaged = folder.startsWith(join(packageFolder, "models", sep))
  const advice = isPackaged
    ? "Reinstall the package."
    : `Restore its files or name another folder; if it was downloaded, remove ${folder}, and it is downloaded again.`
  const remedy: Remedy = { action: isPackaged ? "reinstall" : "chooseModel" }
  return new ModelLoadError({ model, reason, problem: `${problem}. ${advice}`, remedy })
}

/** The error that a person sees for a damaged folder. */
export const damaged = (model: string, folder: string) => (damage: Damage) =>
  unusable(model, folder, "damaged", damage.reason)
