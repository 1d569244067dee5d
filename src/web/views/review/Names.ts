import { nameOf } from "../../Relations.ts"
import type { Item } from "./Queue.ts"

type Reference = Item["sources"][number]

/** What one side of a relation is called: `AC-1`, `AC-1 + AC-2`, or `none in asvs@5.0.0`. */
export const sideName = (side: ReadonlyArray<Reference>, without?: string): string =>
  side.length === 0 ? `none in ${without ?? "the other catalog"}` : side.map(nameOf).join(" + ")

/** What a relation is called: `AC-1 › 5.2.1`. */
export const itemName = ({ relation, sources, targets }: Item): string =>
  `${sideName(sources)} › ${sideName(targets, relation.to)}`
