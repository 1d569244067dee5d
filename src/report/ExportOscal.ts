import { DateTime } from "effect"
import type { Reference } from "../domain/Reference.ts"
import type { Relation, RelationType } from "../domain/Relation.ts"
import * as CoverageGroups from "../crosswalk/CoverageGroups.ts"
import { partsOf, tokenOf, uuidOf } from "./ExportIds.ts"
import { localId } from "../crosswalk/Graph.ts"

/** The namespace of the properties that only this program knows. */
const ns = "urn:crosswalk:oscal"

const metadata = (title: string, version: string, times: ReadonlyArray<DateTime.Utc>) => ({
  title,
  version,
  "last-modified": DateTime.formatIso(
    times.reduce((newest, time) => (DateTime.isGreaterThan(time, newest) ? time : newest), DateTime.makeUnsafe(0))
  ),
  "oscal-version": "1.1.3"
})

const property = (value: unknown, key: string): string | undefined => {
  const found: unknown = typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined
  return typeof found === "string" || typeof found === "number" ? String(found) : undefined
}

const controlOf = (reference: Reference) => {
  const local = localId(reference)
  const id = tokenOf(local)
  const level = CoverageGroups.levelOf(reference.metadata)
  const { description, entityType, identifier, label, tags, title, uri } = reference
  return {
    id,
    class: tokenOf(entityType),
    title,
    props: [
      { name: "label", value: label ?? identifier ?? local },
      { name: "uri", ns, value: uri },
      ...(level === "" ? [] : [{ name: "level", ns, value: level }]),
      ...tags.map((value) => ({ name: "tag", ns, value }))
    ],
    ...(description === undefined || description === ""
      ? {}
      : { parts: [{ id: `${id}_smt`, name: "statement", prose: description }] })
  }
}

/**
 * References of one catalog as an OSCAL catalog: a group for each chapter, a control for each reference.
 *
 * It carries identifier, title, description and chapter; the level and tags as properties. Other metadata have no place, and
 * an identifier that is no token of OSCAL gets another one (the first stays as `label`).
 */
export const catalog = (id: string, references: ReadonlyArray<Reference>): string => {
  const { name, version } = partsOf(id)
  const chapters = [...Map.groupBy(references, ({ metadata }) => CoverageGroups.chapterOf(metadata))]
  const groups = chapters
    .filter(([chapter]) => chapter !== "")
    .map(([chapter, members]) => {
      const said: unknown = Reflect.get(Object(members[0]?.metadata), "chapter")
      const title = property(said, "name") ?? property(said, "title") ?? chapter
      return { id: tokenOf(property(said, "id") ?? chapter), title, controls: members.map(controlOf) }
    })
  const loose = chapters.filter(([chapter]) => chapter === "").flatMap(([, members]) => members.map(controlOf))
  const document = {
    catalog: {
      uuid: uuidOf("catalog", id),
      metadata: metadata(
        name,
        version,
        references.map(({ updatedAt }) => updatedAt)
      ),
      ...(groups.length === 0 ? {} : { groups }),
      ...(loose.length === 0 ? {} : { controls: loose })
    }
  }
  return `${JSON.stringify(document, undefined, 2)}\n`
}

/** OSCAL's own words; the types it has none for keep theirs. */
const relationships: Readonly<Record<RelationType, string>> = {
  equal: "equal-to",
  subset: "subset-of",
  superset: "superset-of",
  intersects: "intersects-with",
  implements: "implements",
  supersedes: "supersedes",
  "no-relationship": "no-relationship"
}

const endOf = (reference: Reference) => ({ type: "control", "id-ref": tokenOf(localId(reference)) })

/**
 * Accepted relations from one catalog to another as an OSCAL control mapping. It carries both ends, type, confidence and
 * note. `implements` and `supersedes` are no words of OSCAL and stand in a namespace of their own.
 */
export const mapping = (
  from: string,
  to: string,
  relations: ReadonlyArray<{
    readonly relation: Relation
    readonly sources: ReadonlyArray<Reference>
    readonly targets: ReadonlyArray<Reference>
  }>
): string => {
  const resource = (id: string) => ({
    type: "catalog",
    href: `#${uuidOf("catalog", id)}`,
    props: [{ name: "catalog", ns, value: id }]
  })
  const document = {
    "mapping-collection": {
      uuid: uuidOf("mapping-collection", from, to),
      metadata: metadata(
        `${from} to ${to}`,
        partsOf(to).version,
        relations.map(({ relation }) => relation.updatedAt)
      ),
      provenance: {
        method: "human",
        "matching-rationale": "semantic",
        status: "complete",
        "mapping-description": `Relations from ${from} to ${to} that a person accepted.`
      },
      mappings: [
        {
          uuid: uuidOf("mapping", from, to),
          "source-resource": resource(from),
          "target-resource": resource(to),
          maps: relations.map(({ relation, sources, targets }) => {
            const { confidence, provenance, type } = relation
            const own = type === "implements" || type === "supersedes"
            return {
              uuid: uuidOf("map", JSON.stringify([relation.sources, relation.targets]), type),
              relationship: own ? { type, ns } : relationships[type],
              sources: sources.map(endOf),
              targets: targets.map(endOf),
              "confidence-score": { percentage: confidence },
              ...(provenance.note === undefined ? {} : { remarks: provenance.note })
            }
          })
        }
      ]
    }
  }
  return `${JSON.stringify(document, undefined, 2)}\n`
}
