import { slugOf } from "../Names.ts"

/** The letters and digits of a name. */
const wordOf = (name: string): string => slugOf(name).replaceAll("-", "")

/** The stored catalog that is called so, by its whole identifier or by its name alone; none where several are. */
export const named = (name: string, catalogs: ReadonlyArray<string>): string | undefined => {
  const word = wordOf(name)
  if (word === "") return undefined
  const whole = catalogs.filter((id) => wordOf(id) === word)
  const found = whole.length > 0 ? whole : catalogs.filter((id) => wordOf(id.split("@", 1)[0] ?? "") === word)
  return found.length === 1 ? found[0] : undefined
}

/** `ISO27001-AnnexA` has `iso`, `27001`, `annex` and `a`. */
const wordsOf = (name: string): ReadonlyArray<string> =>
  (name.match(/\p{Lu}?\p{Ll}+|\p{L}+?(?=\p{Lu}\p{Ll}|\P{L}|$)|\p{N}+/gu) ?? []).map((word) => word.toLowerCase())

/** The stored catalog whose identifier has all words of a name; none where several have. It is a guess. */
export const like = (name: string, catalogs: ReadonlyArray<string>): string | undefined => {
  const words = wordsOf(name)
  const found = words.length === 0 ? [] : catalogs.filter((id) => words.every((word) => wordsOf(id).includes(word)))
  return found.length === 1 ? found[0] : undefined
}

/** A catalog as a source calls it: the stored one that is called so, however that is written, else as it is. */
export const asStored = <Name extends string | undefined>(
  name: Name,
  catalogs: ReadonlyArray<string> = []
): Name | string => (name === undefined || catalogs.includes(name) ? name : (named(name, catalogs) ?? name))
