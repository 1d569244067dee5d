import type { Hidden, WordIndexData } from "./WordIndexData.ts"

/** What the thread that reads words can be asked for, one after the other. */
export type Question =
  /** Forget what was added. Answered by `Added`. */
  | { readonly _tag: "Begin" }
  /** Add texts: JSON in UTF-8, of each its id, URI, title and description. Answered by `Added`, or by `Unreadable`. */
  | { readonly _tag: "Add"; readonly page: ArrayBuffer | Uint8Array }
  /** Add the texts of an index, but those that are hidden. Answered by `Added`. */
  | { readonly _tag: "AddAll"; readonly data: WordIndexData; readonly hidden: Hidden }
  /** Make an index of what was added, and forget it. Answered by `Built`. */
  | { readonly _tag: "Build" }

export type Answer =
  /** How many texts, and the id of the last, where they are those of a page. */
  | { readonly _tag: "Added"; readonly count: number; readonly last: number }
  | { readonly _tag: "Unreadable" }
  | { readonly _tag: "Built"; readonly data: WordIndexData }
