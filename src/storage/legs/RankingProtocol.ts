import type { Term } from "./KeywordQuery.ts"
import type { RankedSlots } from "./WordIndex.ts"
import type { WordIndexData } from "./WordIndexData.ts"

/** What the thread that ranks by words can be asked for, one after the other. */
export type Question =
  /** Rank by these from now on. Answered by `Taken`. */
  | { readonly _tag: "Take"; readonly data: WordIndexData }
  /** Answered by `Ranked`. */
  | { readonly _tag: "Rank"; readonly terms: ReadonlyArray<Term>; readonly limit: number }

export type Answer = { readonly _tag: "Taken" } | { readonly _tag: "Ranked"; readonly ranked: RankedSlots }
