import { readFile } from "node:fs/promises"
import Module from "node:module"
import { join } from "node:path"
import type { ModelSpec } from "./ModelSpec.ts"
import { normalise } from "../domain/Vector.ts"
import { mean } from "./Vector.ts"
import { type EncodedText, type Encoder, Refusal, type Step } from "./WorkerLoop.ts"

/** How many tokens go through the model at a time, where it takes several texts. */
const tokensPerRun = 512

/** What is beyond this many characters for each token the model reads is not even looked at: tokenising costs time. */
const charactersPerToken = 64

/** A text on its way through the model: the tokens that are read, and how many it has. */
interface Row {
  readonly ids: ReadonlyArray<number>
  readonly tokens: number
}

/** Flipped bytes in weights load without complaint, so only the checksum finds them. */
const verify = async (spec: ModelSpec): Promise<void> => {
  await Promise.all(
    Object.entries(spec.files).map(async ([name, expected]) => {
      const path = join(spec.folder, name)
      const bytes = await readFile(path).catch((cause: unknown) => {
        throw new Refusal("damaged", `${path} cannot be read`, cause)
      })
      if (bytes.length !== expected.size) {
        throw new Refusal("damaged", `${path} has ${bytes.length} bytes instead of ${expected.size}`)
      }
      // Off this thread, beside the loading.
      const digest = Buffer.from(await crypto.subtle.digest("SHA-256", bytes)).toString("hex")
      if (digest !== expected.sha256) {
        throw new Refusal("damaged", `${path} is damaged: its SHA-256 is not ${expected.sha256}`)
      }
    })
  )
}

/**
 * transformers.js without its image library: texts need none, and loading it takes half of the time of the import, in
 * every worker.
 */
const importTransformers = async () => {
  if (Module.registerHooks === undefined) return import("@huggingface/transformers") // Bun
  const url = "data:text/javascript,export default {}"
  const hooks = Module.registerHooks({
    resolve: (specifier, context, next) =>
      specifier === "sharp" ? { url, shortCircuit: true } : next(specifier, context)
  })
  try {
    return await import("@huggingface/transformers")
  } finally {
    hooks.deregister()
  }
}

const open = async (spec: ModelSpec, stopped: () => boolean): Promise<Encoder | undefined> => {
  const { AutoModel, AutoTokenizer, env, LogLevel, Tensor } = await importTransformers()
  env.allowRemoteModels = false
  env.useFSCache = false
  env.logLevel = LogLevel.ERROR
  if (stopped()) return undefined
  const local = { local_files_only: true } as const
  const tokenizer = await AutoTokenizer.from_pretrained(spec.folder, local)
  if (stopped()) return undefined
  const model = await AutoModel.from_pretrained(spec.folder, {
    ...local,
    dtype: spec.dtype,
    device: "cpu",
    session_options: { intraOpNumThreads: 1, interOpNumThreads: 1 }
  })
  const padding: number = tokenizer.pad_token_id ?? 0

  const longest = Math.min(spec.maxLength, tokenizer.model_max_length ?? Number.POSITIVE_INFINITY)

  /** The tokens of a text that the model reads, and how many there are. */
  const tokensOf = (text: string): Row => {
    const { input_ids: all }: { readonly input_ids: ReadonlyArray<number> } = tokenizer(
      text.slice(0, spec.maxLength * charactersPerToken),
      { truncation: false, return_tensor: false }
    )
    return { ids: all.slice(0, longest), tokens: all.length }
  }

  const infer = async (rows: ReadonlyArray<Row>): Promise<ReadonlyArray<EncodedText>> => {
    const width = Math.max(...rows.map((row) => row.ids.length))
    const shape = [rows.length, width]
    const ids = new BigInt64Array(rows.length * width).fill(BigInt(padding))
    const mask = new BigInt64Array(rows.length * width)
    for (const [r, row] of rows.entries()) {
      for (const [i, id] of row.ids.entries()) {
        ids[r * width + i] = BigInt(id)
        mask[r * width + i] = 1n
      }
    }
    const output = await model({
      input_ids: new Tensor("int64", ids, shape),
      attention_mask: new Tensor("int64", mask, shape),
      token_type_ids: new Tensor("int64", new BigInt64Array(ids.length), shape)
    })
    const states = output.last_hidden_state ?? output.token_embeddings
    if (states === undefined) throw new Error("the model gives no vectors of tokens (last_hidden_state)")
    const [, , dimensions] = states.dims
    if (dimensions !== spec.dimensions) {
      throw new Error(`the model gave ${dimensions} dimensions instead of ${spec.dimensions}`)
    }
    const data: Float32Array = states.data
    return rows.map((row, r) => {
      const start = r * width * dimensions
      const own = data.subarray(start, start + row.ids.length * dimensions)
      const pooled = spec.pooling === "cls" ? own.subarray(0, dimensions) : mean(own, row.ids.length, dimensions)
      const vector = normalise(pooled)
      if (vector === undefined) throw new Error("the model gave a vector without a direction (zero, or not finite)")
      return { vector, tokens: row.tokens }
    })
  }

  const steps = (texts: ReadonlyArray<string>): ReadonlyArray<Step> => {
    if (spec.oneTextPerRun) {
      return texts.map((text, index) => ({ indexes: [index], run: () => infer([tokensOf(text)]) }))
    }
    const rows = texts.map((text, index) => ({ index, ...tokensOf(text) })).sort((a, b) => a.ids.length - b.ids.length)
    const batches: Array<Array<(typeof rows)[number]>> = []
    for (const row of rows) {
      const batch = batches.at(-1)
      // Rows come by length, so the newest is the width that all are padded to.
      if (batch !== undefined && (batch.length + 1) * row.ids.length <= tokensPerRun) batch.push(row)
      else batches.push([row])
    }
    return batches.map((batch) => ({
      indexes: batch.map((row) => row.index),
      run: () => infer(batch)
    }))
  }

  return { dimensions: spec.dimensions, steps }
}

/** Loads a model from its folder, with one thread, after checking every file. `undefined` where it was told to stop. */
export const load = async (spec: ModelSpec, stopped: () => boolean): Promise<Encoder | undefined> => {
  const [verified, opened] = await Promise.allSettled([verify(spec), open(spec, stopped)])
  if (verified.status === "rejected") throw verified.reason
  if (opened.status === "fulfilled") return opened.value
  const problem = opened.reason instanceof Error ? opened.reason.message : String(opened.reason)
  throw new Refusal("runtime", `${spec.folder} cannot be loaded: ${problem}`, opened.reason)
}
