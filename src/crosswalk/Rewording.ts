import type { Reference } from "../domain/Reference.ts"
import * as TextDiff from "./TextDiff.ts"

/** How many references have each title: a title that several have is a heading, not the name of one. */
const titlesOf = (references: ReadonlyArray<Reference>) => {
  const titles = new Map<string, number>()
  for (const { title } of references) titles.set(title, (titles.get(title) ?? 0) + 1)
  return titles
}

/**
 * Whether a reference says something else than its predecessor: in its description, or in its title where that is no
 * heading which others share. White space does not count.
 */
export const between = (before: ReadonlyArray<Reference>, after: ReadonlyArray<Reference>) => {
  const headings = [titlesOf(before), titlesOf(after)] as const
  return (a: Reference, b: Reference): boolean =>
    !TextDiff.same(a.description ?? "", b.description ?? "") ||
    (!TextDiff.same(a.title, b.title) &&
      ((a.description ?? "").trim() === "" || (headings[0].get(a.title) === 1 && headings[1].get(b.title) === 1)))
}
