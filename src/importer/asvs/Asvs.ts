import { Result } from "effect"
import type { Item } from "../Importer.ts"
import { entry, failure, uriOf, within } from "../Items.ts"

/** A requirement of OWASP ASVS, as all its shapes have it. */
export interface Requirement {
  /** Such as `V1.2.3`. */
  readonly id: string
  readonly text: string
  readonly chapter: Group
  readonly section: Group
  /** What stands under levels 1, 2 and 3; blank where the level does not ask for it. */
  readonly levels: readonly [string, string, string]
  readonly cwe: ReadonlyArray<string | number>
  readonly nist: ReadonlyArray<string>
}

/** A chapter or section. */
export interface Group {
  readonly id: string
  readonly name: string
}

const link = /\s*\(\[([^\]]*)\]\(([^()\s]*)\)\)/gu

const plainMark = "✓"

/** The levels of a requirement whose version has one number for them. */
export const levelsFrom = (level: string): Requirement["levels"] | undefined => {
  const first = Number(level.trim())
  if (first !== 1 && first !== 2 && first !== 3) return undefined
  return [first <= 1 ? plainMark : "", first <= 2 ? plainMark : "", plainMark]
}

const levelsOf = (marks: Requirement["levels"]): Record<string, unknown> => {
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

/** A requirement as a reference, or as withdrawn where its text says that it was deleted. */
export const toItem = (source: string, catalog: string, at: string, requirement: Requirement): Item => {
  const { chapter, id, section } = requirement
  const deleted = /^\s*\[?(DELETED\b[^\]]*)\]?\s*$/u.exec(requirement.text)
  if (deleted !== null) {
    return Result.succeed({ _tag: "Withdrawn", id, reason: (deleted[1] ?? "").trim(), at })
  }
  const cwe = requirement.cwe.map(Number)
  if (!cwe.every((number) => Number.isSafeInteger(number) && number > 0)) {
    return failure(source, within(at, "cwe"), `is not a list of CWE numbers: ${requirement.cwe.join(", ")}`)
  }
  const links = Array.from(requirement.text.matchAll(link), ([, label, url]) => ({ label, url }))
  return entry(source, at, {
    uri: uriOf(catalog, id),
    title: section.name.trim(),
    entityType: "requirement",
    description: requirement.text.replace(link, "").trim(),
    metadata: {
      ...levelsOf(requirement.levels),
      chapter: { ...chapter },
      section: { ...section },
      ...nonEmpty("cwe", cwe),
      ...nonEmpty("nist", requirement.nist),
      ...nonEmpty("links", links)
    },
    catalog
  })
}
