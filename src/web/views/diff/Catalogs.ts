const order = new Intl.Collator("en", { numeric: true })

/** Compares identifiers as people order them: `2.9` before `2.10`. */
export const inOrder = (a: string, b: string): number => order.compare(a, b)

const nameOf = (catalog: string): string => catalog.split("@", 1)[0] ?? catalog

/** The other versions of a catalog. */
export const versionsOf = (catalog: string, catalogs: ReadonlyArray<string>): ReadonlyArray<string> =>
  catalogs.filter((other) => other !== catalog && nameOf(other) === nameOf(catalog))

/** Each version of a catalog with the next one. */
export const pairsOf = (catalogs: ReadonlyArray<string>): ReadonlyArray<readonly [before: string, after: string]> => {
  const sorted = catalogs.toSorted(inOrder)
  return sorted.flatMap((before, i) => {
    const after = sorted[i + 1]
    return after !== undefined && nameOf(after) === nameOf(before) ? [[before, after] as const] : []
  })
}
