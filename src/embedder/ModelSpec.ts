import type { Dtype, FileDigest, Pooling } from "./Manifest.ts"

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
