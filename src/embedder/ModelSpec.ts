import type { Dtype, FileDigest, Manifest, Pooling } from "./Manifest.ts"

/**
 * Everything that a worker needs to load a model that was found on disk. Plain data, because it crosses to the worker.
 */
export interface ModelSpec {
  /** Its name, such as `Xenova/all-MiniLM-L6-v2`. */
  readonly id: string
  /** The absolute path of its folder. */
  readonly folder: string
  readonly dtype: Dtype
  readonly dimensions: number
  /** In tokens. */
  readonly maxLength: number
  readonly pooling: Pooling
  /**
   * The weights scale activations over the whole input of a run, so that a text's vector would depend on the texts beside
   * it. Such weights get one text a run.
   */
  readonly oneTextPerRun: boolean
  /** What is put before a text that is looked for, and before one that is looked in. */
  readonly queryPrefix: string
  readonly documentPrefix: string
  /** The files it is read from, relative to the folder, with `/`. */
  readonly files: Readonly<Record<string, FileDigest>>
}

/** A model on disk. */
export interface Located {
  /** The absolute path of its folder. */
  readonly folder: string
  readonly manifest: Manifest
  readonly dtype: Dtype
}

/** How a model is used otherwise than its manifest says. */
export interface SpecOptions {
  /** How many tokens of a text are read, at most what the model can. Default: what the model was trained with. */
  readonly maxLength?: number | undefined
  /** How the vectors of the tokens become one. Default: what the model's folder says, or `mean`. */
  readonly pooling?: Pooling | undefined
  /** What is put before a text that is looked for. Default: what the model's manifest says, or nothing. */
  readonly queryPrefix?: string | undefined
  /** What is put before a text that is looked in. Default: what the model's manifest says, or nothing. */
  readonly documentPrefix?: string | undefined
  /**
   * Whether each text goes through the model alone. Weights whose activations are scaled over a run (`q8`, `int8`,
   * `uint8`) need it, or a text's vector depends on the texts beside it. Default: what the weights need; `false` is there
   * for tests and for weights that are known not to need it.
   */
  readonly oneTextPerRun?: boolean | undefined
}

/** How a model that was found is loaded. */
export const specOf = (located: Located, options: SpecOptions): ModelSpec => {
  const { dtype, folder, manifest } = located
  const weights = manifest.weights[dtype]?.file ?? ""
  return {
    id: manifest.id,
    folder,
    dtype,
    dimensions: manifest.dimensions,
    maxLength: options.maxLength ?? manifest.maxLength,
    pooling: options.pooling ?? manifest.pooling,
    oneTextPerRun: options.oneTextPerRun ?? manifest.weights[dtype]?.oneTextPerRun ?? true,
    queryPrefix: options.queryPrefix ?? manifest.queryPrefix,
    documentPrefix: options.documentPrefix ?? manifest.documentPrefix,
    files: Object.fromEntries(
      Object.entries(manifest.files).filter(([name]) => !name.startsWith("onnx/") || name.startsWith(weights))
    )
  }
}
