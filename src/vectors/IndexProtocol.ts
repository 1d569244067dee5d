import type { Description } from "./IndexFile.ts"
import type { Tuning } from "./RecallProbe.ts"

/** `flat` compares with every vector, `codes` with a byte a number of each (not quite exact), `graph` follows links. */
export type StoreKind = "flat" | "codes" | "graph"

/** Vectors that came or changed, one after the other, and ids that went. */
export interface Changes {
  readonly ids: Float64Array<ArrayBuffer>
  readonly vectors: Float32Array<ArrayBuffer>
  readonly removed: Float64Array<ArrayBuffer>
}

/** What a thread with an index can be asked for; each is answered in its order. */
export type Question =
  /** Take a saved index, mapped (`view`) or to be changed (`load`). Answered by `Opened`. */
  | {
      readonly _tag: "Open"
      readonly path: string
      readonly fingerprint: string
      readonly dimensions: number
      readonly mode: "view" | "load"
    }
  /** Begin an empty one with room for `expected`; a graph keeps its vectors beside `path`. Answered by `Done`. */
  | {
      readonly _tag: "Reset"
      readonly kind: StoreKind
      readonly dimensions: number
      readonly expected: number
      readonly path?: string | undefined
    }
  /** Answered by `Done`. */
  | ({ readonly _tag: "Apply" } & Changes)
  /** Ids from all over a graph, none where it was measured when it had about as many vectors. Answered by `Found`. */
  | { readonly _tag: "Sample"; readonly count: number }
  /** Begin to find out how well searches in a graph find, with these vectors of it. Answered by `Done`. */
  | { readonly _tag: "Probe"; readonly vectors: Float32Array<ArrayBuffer> }
  /** Compare what is looked for with some of all vectors. Answered by `Done`. */
  | { readonly _tag: "See"; readonly ids: Float64Array<ArrayBuffer>; readonly vectors: Float32Array<ArrayBuffer> }
  /** Search from now on so far that the share `recall` is found. Answered by `Tuned`. */
  | { readonly _tag: "Tune"; readonly recall: number }
  /** Answered by `Nearest`, with the cosines of all that is found where they are wanted. */
  | {
      readonly _tag: "Search"
      readonly query: Float32Array<ArrayBuffer>
      readonly limit: number
      readonly withCosines: boolean
    }
  /** How near these references are. Answered by `Compared`. */
  | {
      readonly _tag: "Cosines"
      readonly query: Float32Array<ArrayBuffer>
      readonly ids: Float64Array<ArrayBuffer>
    }
  /** Write what there is to a file. Answered by `Done`. */
  | {
      readonly _tag: "Save"
      readonly path: string
      readonly fingerprint: string
      readonly seq: number
      readonly nonce: number
    }
  /** Which of these vectors are not, or not so, in the index. Answered by `Different`. */
  | { readonly _tag: "Compare"; readonly ids: Float64Array<ArrayBuffer>; readonly vectors: Float32Array<ArrayBuffer> }

/** How much there is. */
export interface Size {
  /** Vectors that can be found. */
  readonly count: number
  /** Those of them that are not in the graph, and those of the graph that went. */
  readonly pending: number
  /** Bytes in memory, without what is mapped from a file. */
  readonly bytes: number
}

/**
 * The best cosines of references: of their texts, or of a passage of a long one. NaN where there is no vector; undefined where
 * they are not wanted, or there are only codes of the vectors.
 */
export type Cosines = Float64Array<ArrayBuffer> | undefined

export type Answer =
  | { readonly _tag: "Done"; readonly size: Size }
  /** Without a description where the file cannot be used, and why. */
  | {
      readonly _tag: "Opened"
      readonly description: Description | undefined
      readonly problem: string
      readonly size: Size
    }
  | { readonly _tag: "Found"; readonly ids: Float64Array<ArrayBuffer>; readonly size: Size }
  /** `isCutOff`: fewer than wanted, and there are vectors that no link of the graph leads to. */
  | {
      readonly _tag: "Nearest"
      readonly ids: Float64Array<ArrayBuffer>
      readonly isCutOff: boolean
      readonly cosines: Cosines
      readonly size: Size
    }
  | { readonly _tag: "Compared"; readonly cosines: Cosines; readonly size: Size }
  | { readonly _tag: "Different"; readonly ids: Float64Array<ArrayBuffer>; readonly size: Size }
  | { readonly _tag: "Tuned"; readonly tuning: Tuning; readonly size: Size }
  /** `code` is that of the system, where it refused something. */
  | { readonly _tag: "Failed"; readonly reason: string; readonly code?: string | undefined }

/** What a thread is started with. */
export interface IndexInput {
  /** Works beside what is urgent, and stands back for it where the system allows that. */
  readonly background: boolean
  /** How many threads may add to a graph. */
  readonly buildThreads: number
  /** How many candidates a search follows in a graph; undefined: as many as its file says. */
  readonly expansion: number | undefined
}
