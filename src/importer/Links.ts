import { Result } from "effect"
import type { RelationType } from "../domain/Relation.ts"
import type { Item, Link } from "./Importer.ts"

/** A link as a format has read it. */
export interface LinkInput extends Pick<Link, "other" | "nature" | "standard"> {
  /** Default: what the words of its nature mean. */
  readonly type?: RelationType | undefined
  /** Default: `outgoing`. */
  readonly direction?: Link["direction"] | undefined
}

/** What the words for links mean; what is none of these only says that both have something in common. */
const meanings: ReadonlyArray<readonly [RegExp, RelationType]> = [
  [/^(?:not|no)\b/iu, "intersects"],
  [/supersed|replaces/iu, "supersedes"],
  [/^(?:equal|same|identical|equivalent|duplicate)/iu, "equal"],
  [/^child ?of$|subset|part ?of/iu, "subset"],
  [/^parent ?of$|^has ?member$|superset/iu, "superset"],
  [/satisf|implement|fulfil|reali[sz]|refine|deriv|verif|covers/iu, "implements"]
]

/** The type of relation that the name of a link means. */
export const typeOf = (nature: string): RelationType =>
  meanings.find(([words]) => words.test(nature.trim()))?.[1] ?? "intersects"

/** Links to each of several others that are called by one name. */
export const linksTo = (
  nature: string,
  others: unknown,
  rest: Omit<LinkInput, "other" | "nature"> = {}
): ReadonlyArray<LinkInput> =>
  (Array.isArray(others) ? others : []).flatMap((other: unknown) =>
    typeof other === "string" || typeof other === "number" ? [{ nature, other: String(other), ...rest }] : []
  )

/** The links of an entry as items. */
export const linkItems = (entry: string, at: string, links: ReadonlyArray<LinkInput>): ReadonlyArray<Item> =>
  links
    .filter(({ other }) => other.trim() !== "")
    .map(({ direction = "outgoing", nature, other, standard, type = typeOf(nature) }) =>
      Result.succeed({ _tag: "Link", entry, other: other.trim(), standard, direction, type, nature, at })
    )
