/** Vectors one after the other. Where their positions are known, two numbers each; else none. */
export interface Page {
  readonly vectors: Float32Array<ArrayBuffer>
  readonly positions: Float32Array<ArrayBuffer> | undefined
}

/** Something that is computed of the vectors that were given. */
export type Task =
  /** Positions of all, by their principal axes. */
  | "axes"
  /** Positions of those that have none, beside those that have one. */
  | "beside"
  /** Positions of all, so that neighbours stay neighbours. */
  | "umap"

/** What the thread can be asked for. */
export type Question =
  /** Take more vectors. Answered by `Working`. */
  | ({ readonly _tag: "Add" } & Page)
  /** Go on for a moment. Answered by `Working` or, at the end, by `Done`. */
  | { readonly _tag: "Step" }

export type Answer =
  /** How far it has come, from 0 to 1. */
  | { readonly _tag: "Working"; readonly done: number }
  /** Two numbers for each that was asked for, in the order in which they were given. */
  | { readonly _tag: "Done"; readonly positions: Float32Array<ArrayBuffer> }

/** What the thread is started with. */
export interface MapInput {
  readonly task: Task
  readonly dimensions: number
}
