import type { ModelLoadReason } from "../domain/ModelLoadError.ts"
import type { ModelSpec } from "./ModelSpec.ts"

/** What a worker is started with. */
export interface WorkerInput {
  readonly spec: ModelSpec
  /** Two int32 flags, {@link STOP} and {@link BUSY}, by which the exit of the process waits for the inference that runs. */
  readonly flags: SharedArrayBuffer
  /** The folder of Node's cache of compiled code, where the program uses one. */
  readonly compileCache: string | undefined
}

/** Set to 1 by the main thread when the process ends: begin nothing more. */
export const STOP = 0

/** 1 while the worker is inside native code, where ending its thread would abort the process. */
export const BUSY = 1

/** A piece of work: texts whose vectors go back together. */
export interface Job {
  readonly id: number
  readonly texts: ReadonlyArray<string>
  /** Goes ahead of everything that is not urgent, between two texts. */
  readonly urgent: boolean
}

export type ToWorker =
  | { readonly _tag: "Job"; readonly job: Job }
  /** Nobody waits for this job any more. It is not answered. */
  | { readonly _tag: "Cancel"; readonly id: number }
  /** End after the text that runs. */
  | { readonly _tag: "Close" }

export type FromWorker =
  /** The model is loaded. */
  | { readonly _tag: "Ready" }
  /** The model cannot be loaded; the worker ends. */
  | { readonly _tag: "Refused"; readonly reason: ModelLoadReason; readonly problem: string }
  /** The vectors of a job, one after the other, and how many tokens each of its texts has. */
  | {
      readonly _tag: "Done"
      readonly id: number
      readonly vectors: Float32Array<ArrayBuffer>
      readonly tokens: Int32Array<ArrayBuffer>
    }
  /** The text at `index` of the job could not be embedded. */
  | { readonly _tag: "Failed"; readonly id: number; readonly index: number; readonly problem: string }
