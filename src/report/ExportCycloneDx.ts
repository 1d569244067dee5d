import type { Reference } from "../domain/Reference.ts"
import * as CoverageGroups from "../crosswalk/CoverageGroups.ts"
import { partsOf, uuidOf } from "./ExportIds.ts"
import { localId } from "../crosswalk/Graph.ts"

const said = (value: unknown, key: string): string | undefined => {
  const found: unknown = typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined
  return typeof found === "string" || typeof found === "number" ? String(found) : undefined
}

/** The levels that a reference is asked for on: with numbers all from its own up, among those there are. */
const levelsOf = (level: string, all: ReadonlyArray<string>): ReadonlyArray<string> =>
  all.filter((other) => other === level || (Number.isFinite(Number(level)) && Number(other) >= Number(level)))

const chapterIn = ({ metadata }: Reference): unknown => Reflect.get(Object(metadata), "chapter")

/** Without the headings that stand as chapters over others already. */
const withoutChapters = (references: ReadonlyArray<Reference>): ReadonlyArray<Reference> => {
  const chapters = new Set(references.map((reference) => said(chapterIn(reference), "id")))
  return references.filter(({ identifier, role }) => role !== "heading" || !chapters.has(identifier ?? ""))
}

/**
 * References of one catalog as a CycloneDX 1.6 standard: a requirement for each, under one for each chapter.
 *
 * It carries identifier, title, description, chapter and level. Tags, types and other metadata have no place.
 */
export const standard = (id: string, all: ReadonlyArray<Reference>): string => {
  const { name, version } = partsOf(id)
  const references = withoutChapters(all)
  const levels = [...new Set(references.map(({ metadata }) => CoverageGroups.levelOf(metadata)))]
    .filter((level) => level !== "")
    .sort((a, b) => a.localeCompare(b, "en", { numeric: true }))
  const chapters = [...Map.groupBy(references, ({ metadata }) => CoverageGroups.chapterOf(metadata))]
  const refOf = (reference: Reference) => `requirement:${localId(reference)}`
  const requirements = chapters.flatMap(([chapter, members]) => {
    const heading = members[0] && chapterIn(members[0])
    const parent = chapter === "" ? undefined : `chapter:${chapter}`
    return [
      ...(parent === undefined
        ? []
        : [
            {
              "bom-ref": parent,
              identifier: said(heading, "id") ?? chapter,
              title: said(heading, "name") ?? said(heading, "title") ?? chapter
            }
          ]),
      ...members.map((reference) => ({
        "bom-ref": refOf(reference),
        identifier: reference.identifier ?? localId(reference),
        title: reference.title,
        ...(reference.description === undefined || reference.description === "" ? {} : { text: reference.description }),
        ...(parent === undefined ? {} : { parent })
      }))
    ]
  })
  const document = {
    $schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    serialNumber: `urn:uuid:${uuidOf("bom", id)}`,
    version: 1,
    definitions: {
      standards: [
        {
          "bom-ref": id,
          name,
          version,
          requirements,
          ...(levels.length === 0
            ? {}
            : {
                levels: levels.map((level) => ({
                  "bom-ref": `level:${level}`,
                  identifier: level,
                  requirements: references
                    .filter(({ metadata }) => levelsOf(CoverageGroups.levelOf(metadata), levels).includes(level))
                    .map(refOf)
                }))
              })
        }
      ]
    }
  }
  return `${JSON.stringify(document, undefined, 2)}\n`
}
