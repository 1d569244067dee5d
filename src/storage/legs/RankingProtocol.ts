import type { Term } from "./KeywordQuery.ts"
import type { RankedSlots } from "./WordIndex.ts"
import type { WordIndexData } from "./WordIndexData.ts"
import type { Gone } from "./WordPart.ts"

/** A part of an index, by a number that no other has; with its data where the thread has not had them yet. */
export interface TakenPart {
  readonly number: number
  readonly data: WordIndexData | undefined
  readonly gone: Gone
}

/** What the thread that ranks by words can be asked for, one after the other. */
export type Question =
  /** Rank by these from now on. Answered by `Taken`. */
  | { readonly _tag: "Take"; readonly parts: ReadonlyArray<TakenPart> }
  /** Answered by `Ranked`. */
  | { readonly _tag: "Rank"; readonly terms: ReadonlyArray<Term>; readonly limit: number }

export type Answer = { readonly _tag: "Taken" } | { readonly _tag: "Ranked"; readonly ranked: RankedSlots }
