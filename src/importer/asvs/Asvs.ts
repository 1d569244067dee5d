import * as Identifier from "../../domain/Identifier.ts"
import type { Item } from "../Importer.ts"
import { deletion, entry, uriOf, warning, within, withdrawn } from "../Items.ts"

/** What stands under levels 1, 2 and 3. */
export type Levels = readonly [string, string, string]

/** A requirement of OWASP ASVS, as all its shapes have it. */
export interface Requirement {
  /** Such as `V1.2.3`. */
  readonly id: string
  readonly text: string
  readonly chapter: Group
  readonly section: Group
  /** What stands under levels 1, 2 and 3; blank where the level does not ask for it. */
  readonly levels: Levels
  readonly cwe: ReadonlyArray<string | number>
  readonly nist: ReadonlyArray<string>
  /** What of it could not be read, each with its place. */
  readonly warnings?: ReadonlyArray<{ readonly at: string; readonly problem: string }> | undefined
}

/** A chapter or section; blank where the source leaves it so. */
export interface Group {
  readonly id: string
  readonly name: string
}

const link = /\s*\(\[([^\]]*)\]\(([^()\s]*)\)\)/gu

const plainMark = "✓"

/** The levels of a requirement whose version has one number for them. */
export const levelsFrom = (level: string): Levels | undefined => {
  const first = Number(level.trim())
  if (first !== 1 && first !== 2 && first !== 3) return undefined
  return [first <= 1 ? plainMark : "", first <= 2 ? plainMark : "", plainMark]
}

const levelsOf = (marks: Levels): Record<string, unknown> => {
  const asked = marks.map((mark) => mark.trim())
  const level = asked.findIndex((mark) => mark !== "") + 1
  const notes = asked.flatMap((mark, index) =>
    mark === "" || mark === plainMark ? [] : [[`L${index + 1}`, mark === "o" ? "Optional" : mark] as const]
  )
  return {
    ...(level > 0 && { level }),
    ...(notes.length > 0 && { levelNotes: Object.fromEntries(notes) })
  }
}

const nonEmpty = (key: string, values: ReadonlyArray<unknown>) => values.length > 0 && { [key]: values }

const isNamed = ({ id, name }: Group): boolean => id.trim() !== "" || name.trim() !== ""

/**
 * A requirement as a reference, or as withdrawn where its text says that it was deleted; and what of it cannot be read.
 * Blank chapters, unknown levels and numbers of CWE that are none cost only themselves.
 */
export const toItems = (source: string, catalog: string, at: string, requirement: Requirement): ReadonlyArray<Item> => {
  const { chapter, id, section } = requirement
  const gone = deletion(requirement.text)
  if (gone !== undefined) return [withdrawn(id, gone, at)]
  const cwe = requirement.cwe.map(Number)
  const isCwe = cwe.every((number) => Number.isSafeInteger(number) && number > 0)
  const blank = [...(chapter.name.trim() === "" ? ["chapter"] : []), ...(section.name.trim() === "" ? ["section"] : [])]
  const links = Array.from(requirement.text.matchAll(link), ([, label, url]) => ({ label, url }))
  const named = [section.name, chapter.name].find((name) => name.trim() !== "")
  const reference = {
    uri: uriOf(catalog, id),
    title: named?.trim(),
    entityType: "requirement",
    description: requirement.text.replace(link, "").trim(),
    metadata: {
      ...levelsOf(requirement.levels),
      ...(isNamed(chapter) && { chapter: { ...chapter } }),
      ...(isNamed(section) && { section: { ...section } }),
      ...nonEmpty("cwe", isCwe ? cwe : []),
      ...nonEmpty("nist", requirement.nist),
      ...nonEmpty("links", links)
    },
    catalog
  }
  return [
    ...blank.map((name) => warning(within(at, `${name}_name`), `the name of the ${name} is blank`)),
    ...(requirement.warnings ?? []).map(({ at, problem }) => warning(at, problem)),
    ...(isCwe ? [] : [warning(within(at, "cwe"), `is not a list of CWE numbers: ${requirement.cwe.join(", ")}`)]),
    entry(source, at, reference, { identifier: Identifier.clean(id) })
  ]
}
