/** Which column of a table, or key of an object, holds which field: told by the words that people use for it. */

/** The usual names of each field as {@link plain} writes them; of those that are there the first is taken. */
export type Words<Field extends string> = Readonly<Record<Field, ReadonlyArray<string>>>

/** Which column holds which field. */
export type Fields<Field extends string> = ReadonlyMap<Field, string>

/** Which column holds which field, as the caller said it. */
export type Named<Field extends string> = Readonly<{ [F in Field]?: string | undefined }>

/**
 * A name as names of columns are compared: small letters and digits without accents, spaces and punctuation. `#` is a
 * number, and so is `N°`: `Req. #` is `reqnumber`.
 */
export const plain = (name: string): string =>
  name
    .replace(/n°/giu, " no ")
    .replaceAll("#", " number ")
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll("ß", "ss")
    .replace(/[^\p{L}\p{N}]/gu, "")

/** The names a column may be known by: without what stands in brackets, and each half of `Titel / Title`. */
const variants = (name: string): ReadonlyArray<string> => {
  const bare = name.replace(/[([{][^)\]}]*[)\]}]/gu, " ")
  return [plain(bare), ...bare.split(/[/|\n]/u).map(plain)].filter((variant) => variant !== "")
}

/** Names by what they are known by; the first of several counts. */
const indexed = (names: ReadonlyArray<string>, known: (name: string) => ReadonlyArray<string>) => {
  const index = new Map<string, string>()
  for (const name of names) for (const word of known(name)) if (!index.has(word)) index.set(word, name)
  return index
}

/** A name as it is written among others: the same, or the only one that differs in case and punctuation. */
const spelled = (names: ReadonlyArray<string>, name: string): string => {
  if (names.includes(name)) return name
  const [alike, ...more] = names.filter((other) => plain(other) === plain(name))
  return alike !== undefined && more.length === 0 ? alike : name
}

/** Finds the columns of fields. One serves one field; those that are named come first, blank ones last. */
export const resolve = <Field extends string>(
  words: Words<Field>,
  fields: ReadonlyArray<Field>,
  names: ReadonlyArray<string>,
  named: Named<Field>,
  isFilled: (name: string) => boolean = () => true
): Fields<Field> => {
  const found = new Map<Field, string>()
  for (const field of fields) {
    const name = named[field]
    if (name !== undefined) found.set(field, spelled(names, name))
  }
  const taken = new Set(found.values())
  const columns = names.filter((name) => !taken.has(name))
  const filled = columns.filter(isFilled)
  const ways = (filled.length === columns.length ? [columns] : [filled, columns]).flatMap((from) => [
    indexed(from, (name) => [plain(name)]),
    indexed(from, variants)
  ])
  for (const field of fields) {
    if (found.has(field)) continue
    for (const way of ways) {
      const name = words[field].map((word) => way.get(word)).find((name) => name !== undefined && !taken.has(name))
      if (name === undefined) continue
      found.set(field, name)
      taken.add(name)
      break
    }
  }
  return found
}

const list = (names: Iterable<string>): string => [...names].join(", ")

/** What is wrong with columns that were named: they are not among those there are. */
export const missing = (
  fields: ReadonlyArray<string>,
  names: ReadonlyArray<string>,
  named: Readonly<Record<string, string | undefined>>
): string | undefined => {
  const absent = Object.values(named).flatMap((name) =>
    name === undefined || names.includes(spelled(names, name)) ? [] : [name]
  )
  if (absent.length === 0) return undefined
  const others = absent.flatMap((name) =>
    Array.from(name.matchAll(/,\s*([\p{L}\p{N}_-]+)=/gu), ([, field]) => field ?? "")
  )
  const stray =
    others.length === 0 ? "" : `. ${list(others)} is no field that can be named; the fields are ${list(fields)}`
  return `there is no column ${list(absent)}; there are ${list(names)}${stray}`
}
