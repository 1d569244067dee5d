import type { Relation } from "./Queue.ts"

export type Type = Relation["type"]

/** What each type says of the left text to the right one. */
export const types: ReadonlyArray<readonly [type: Type, says: string]> = [
  ["implements", "the left one fulfils the right one"],
  ["equal", "both ask for the same"],
  ["subset", "the left one asks for a part of the right one"],
  ["superset", "the left one asks for more than the right one"],
  ["intersects", "they have something in common"],
  ["supersedes", "the left one takes the place of the right one"],
  ["no-relationship", "they have nothing to do with each other"]
]
