import type { CountedTerm } from "./KeywordScore.ts"

/** So many terms are paired: the rarest tell most, and every one more is read once more. */
const maximumPaired = 12

const or = (matches: ReadonlyArray<string>) => matches.join(" OR ")

export const any = (terms: ReadonlyArray<CountedTerm>): string => or(terms.map(({ match }) => match))

export const all = (terms: ReadonlyArray<CountedTerm>): string => terms.map(({ match }) => match).join(" AND ")

/** The first terms that have no more than so many entries together; always one. */
export const within = (terms: ReadonlyArray<CountedTerm>, entries: number): ReadonlyArray<CountedTerm> => {
  let sum = 0
  return terms.filter(({ count }, i) => {
    sum += count
    return i === 0 || sum <= entries
  })
}

/** FTS5's expression for texts that have two of these terms. */
const pairs = (terms: ReadonlyArray<CountedTerm>): ReadonlyArray<string> =>
  terms.slice(0, -1).map(({ match }, i) => `(${match} AND (${any(terms.slice(i + 1))}))`)

/**
 * What is read of one index for terms with more entries than a query may score, the rarest first. To find a text that has a
 * term costs a tenth of scoring it, so many are found, and only these are scored.
 */
export const plan = (
  terms: ReadonlyArray<CountedTerm>,
  limits: { readonly single: number; readonly paired: number }
): { readonly found: string; readonly scored: string } => {
  const rarest = within(terms, limits.single)
  const rare = within(terms, limits.paired)
  const paired = rare.slice(0, maximumPaired)
  return {
    found: or([
      ...rarest.map(({ match }) => match),
      `(${all(terms)})`,
      ...(paired.length > rarest.length ? pairs(paired) : [])
    ]),
    scored: any(rare)
  }
}
