import type { CoverageCounts, CoveredReference } from "../domain/Coverage.ts"
import * as Natural from "../domain/Natural.ts"

const names = ["chapter", "group", "family", "category", "domain", "section"] as const

const property = (value: unknown, key: string): unknown =>
  typeof value === "object" && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined

const scalar = (value: unknown): string | undefined => {
  const text = typeof value === "number" || typeof value === "string" ? String(value).trim() : ""
  return text === "" ? undefined : text
}

/** `{ id: "V1", name: "Encoding" }` as `V1 Encoding`; a text or a number as it stands. */
const nameOf = (value: unknown): string | undefined => {
  const parts = [scalar(property(value, "id")), scalar(property(value, "name")) ?? scalar(property(value, "title"))]
  const said = parts.filter((part) => part !== undefined)
  return scalar(value) ?? (said.length === 0 ? undefined : said.join(" "))
}

/**
 * The chapter that metadata tells of: the first of `chapter`, `group`, `family`, `category`, `domain` and `section` that
 * is there, a text or an object with `id` and `name` (or `title`). Empty where there is none.
 */
export const chapterOf = (metadata: unknown): string =>
  names.map((name) => nameOf(property(metadata, name))).find((name) => name !== undefined) ?? ""

/** The level that metadata tells of: `level`, or what `levels` and `baselines` list, joined. Empty where there is none. */
export const levelOf = (metadata: unknown): string => {
  const level = scalar(property(metadata, "level"))
  if (level !== undefined) return level
  const listed = [property(metadata, "levels"), property(metadata, "baselines")].find(Array.isArray)
  return Array.isArray(listed) ? listed.flatMap((one) => scalar(one) ?? []).join(", ") : ""
}

/** What counts as covered, in percent of all. */
export const countsOf = (references: ReadonlyArray<CoveredReference>, countPartly: boolean): CoverageCounts => {
  const counts = { total: references.length, covered: 0, partly: 0, uncovered: 0, excepted: 0 }
  for (const { state } of references) counts[state]++
  const counted = counts.covered + counts.excepted + (countPartly ? counts.partly : 0)
  return { ...counts, percent: counts.total === 0 ? 100 : (counted / counts.total) * 100 }
}

/** In the order of a reader: `V2` before `V10`, what has no name last. */
export const byName = (a: string, b: string): number =>
  a === b ? 0 : a === "" ? 1 : b === "" ? -1 : Natural.compare(a, b)

/** Whether levels are numbers, of which a higher one asks for all that the lower ones ask. */
const areOrdered = (levels: ReadonlyArray<string>): boolean =>
  levels.length > 1 && levels.every((level) => /^\d+(\.\d+)?$/u.test(level))

/** The counts by chapter, by level, and by both; where levels are ordered numbers, each with those below it. */
export const groupsOf = (references: ReadonlyArray<CoveredReference>, countPartly: boolean) => {
  const groups = (key: (reference: CoveredReference) => { readonly chapter: string; readonly level: string }) =>
    [...Map.groupBy(references, (reference) => JSON.stringify(Object.values(key(reference)))).values()]
      .flatMap((members) => {
        const [first] = members
        return first === undefined ? [] : [{ ...key(first), ...countsOf(members, countPartly) }]
      })
      .sort((a, b) => byName(a.chapter, b.chapter) || byName(a.level, b.level))
  const levels = [...new Set(references.map(({ level }) => level))].sort(byName)
  const named = levels.filter((level) => level !== "")
  const cumulative = areOrdered(named)
  const upTo = (members: ReadonlyArray<CoveredReference>, level: string) =>
    members.filter((one) =>
      cumulative && level !== "" ? one.level !== "" && Number(one.level) <= Number(level) : one.level === level
    )
  const chapters = groups(({ chapter }) => ({ chapter, level: "" }))
  const counts = (chapter: string, members: ReadonlyArray<CoveredReference>) =>
    levels.flatMap((level) => {
      const some = upTo(members, level)
      return some.length === 0 ? [] : [{ chapter, level, ...countsOf(some, countPartly) }]
    })
  const byChapter = Map.groupBy(references, ({ chapter }) => chapter)
  return {
    cumulative,
    chapters,
    levels: counts("", references),
    cells: chapters.flatMap(({ chapter }) => counts(chapter, byChapter.get(chapter) ?? []))
  }
}
