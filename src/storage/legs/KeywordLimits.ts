import { Context } from "effect"

/** How much of the keyword indexes one query reads; docs/search.md has what that costs and what it loses. */
export class KeywordLimits extends Context.Reference<{
  /** Up to so many entries of all its terms, each is scored where it stands. Above, some are found and compared. */
  readonly entries: number
  /** The entries of terms of which any one makes a candidate. */
  readonly single: number
  /** The entries of terms of which two together make a candidate. */
  readonly paired: number
  /** How many candidates are compared by all terms, as they are read. */
  readonly compared: number
}>("crosswalk/storage/KeywordLimits", {
  defaultValue: () => ({ entries: 20_000, single: 5_000, paired: 150_000, compared: 1_000 })
}) {}
