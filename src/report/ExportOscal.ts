import { DateTime } from "effect"
import type { Reference } from "../domain/Reference.ts"
import type { Relation, RelationType } from "../domain/Relation.ts"
import * as OscalProp from "../importer/oscal/OscalProp.ts"
import * as CoverageGroups from "../crosswalk/CoverageGroups.ts"
import { type Exchange, line, partsOfRelation, type PlacedRelation } from "./Exchange.ts"
import { partsOf, tokenOf, uuidOf } from "./ExportIds.ts"
import { localId } from "../crosswalk/Graph.ts"

const { ns } = OscalProp

/** A property that only this program knows. */
const own = (name: string, value: string) => ({ name, ns, value: OscalProp.encode(value) })

const metadata = (title: string, version: string, times: ReadonlyArray<DateTime.Utc>) => ({
  title,
  version,
  "last-modified": DateTime.formatIso(
    times.reduce((newest, time) => (DateTime.isGreaterThan(time, newest) ? time : newest), DateTime.makeUnsafe(0))
  ),
  "oscal-version": "1.2.1"
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
    title: line(title),
    props: [
      { name: "label", value: line(label ?? identifier ?? local) },
      own("uri", uri),
      ...(level === "" ? [] : [own("level", level)]),
      ...tags.map((tag) => own("tag", tag))
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
      return { id: tokenOf(property(said, "id") ?? chapter), title: line(title), controls: members.map(controlOf) }
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
export const relationships: Readonly<Record<RelationType, string>> = {
  equal: "equal-to",
  subset: "subset-of",
  superset: "superset-of",
  intersects: "intersects-with",
  implements: "implements",
  supersedes: "supersedes",
  "no-relationship": "no-relationship"
}

const endOf = (reference: Reference) => ({
  type: "control",
  "id-ref": tokenOf(localId(reference)),
  props: [
    { name: "label", value: line(reference.label ?? reference.identifier ?? localId(reference)) },
    own("uri", reference.uri)
  ]
})

/** What OSCAL has no words for. */
const ownOf = ({ needsReview, provenance }: Relation) => [
  own("method", provenance.method),
  ...(["by", "mapper", "model", "calibration"] as const).flatMap((name) =>
    provenance[name] === undefined ? [] : [own(name, provenance[name])]
  ),
  ...(provenance.strength === undefined ? [] : [own("strength", String(provenance.strength))]),
  ...(provenance.scores === undefined ? [] : [own("scores", JSON.stringify(provenance.scores))]),
  ...(provenance.path === undefined ? [] : [own("path", JSON.stringify(provenance.path))]),
  ...(needsReview ? [own("needs-review", "true")] : [])
]

const mapOf = ({ relation, sources, targets }: PlacedRelation) => {
  const { confidence, provenance, type } = relation
  return {
    uuid: uuidOf("map", ...partsOfRelation(relation)),
    ...(type === "implements" || type === "supersedes" ? { ns } : {}),
    ...(provenance.rationale === undefined ? {} : { "matching-rationale": provenance.rationale }),
    relationship: relationships[type],
    sources: sources.map(endOf),
    targets: targets.map(endOf),
    "confidence-score": { percentage: confidence },
    props: ownOf(relation),
    ...(provenance.note === undefined ? {} : { remarks: provenance.note })
  }
}

/** Relations to nothing: their identifiers as OSCAL lists them, and what it cannot say of each. */
const gapsOf = (id: string, status: Relation["status"], gaps: ReadonlyArray<PlacedRelation>) => {
  if (gaps.length === 0) return {}
  const idsOf = ({ sources }: PlacedRelation) => sources.map((reference) => tokenOf(localId(reference)))
  const listed = [...new Set(gaps.filter(({ relation }) => relation.status === status).flatMap(idsOf))]
  return {
    ...(listed.length > 0 && {
      "source-gap-summary": { uuid: uuidOf("gap", id), "unmapped-controls": [{ "with-ids": listed }] }
    }),
    props: gaps.map((gap) => {
      const { confidence, needsReview, provenance, sources, status } = gap.relation
      const said = { ids: idsOf(gap), sources, confidence, status, needsReview, provenance }
      return own("no-counterpart", JSON.stringify(said))
    })
  }
}

/** The relations that a person accepted are complete, those that are proposed a draft. */
const stages = [
  { is: "accepted", status: "complete", method: "human" },
  { is: "suggested", status: "draft", method: "automation" }
] as const

/**
 * Relations from one catalog to another as an OSCAL 1.2 control mapping: what is accepted as complete, what is suggested
 * as a draft. What it has no words for stands in properties and a namespace of our own. Undefined where no relation has a
 * target, as a mapping without a map is none.
 */
export const mapping = ({ from, relations, to }: Exchange): string | undefined => {
  const resource = (id: string) => ({
    type: "catalog",
    href: `#${uuidOf("catalog", id)}`,
    props: [own("catalog", id)]
  })
  const gaps = relations.filter(({ targets }) => targets.length === 0)
  const filled = stages.flatMap((stage) => {
    const maps = relations.filter(({ relation, targets }) => relation.status === stage.is && targets.length > 0)
    return maps.length === 0 ? [] : [{ ...stage, maps }]
  })
  const mappings = filled.map(({ is, maps, method, status }, index) => {
    const id = JSON.stringify([from, to, status])
    return {
      uuid: uuidOf("mapping", id),
      method,
      "matching-rationale": "semantic",
      status,
      "source-resource": resource(from),
      "target-resource": resource(to),
      maps: maps.map(mapOf),
      ...(index === 0 && gapsOf(id, is, gaps))
    }
  })
  if (mappings.length === 0) return undefined
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
        "mapping-description": `Relations from ${from} to ${to}. What a person accepted is complete, what is suggested a draft.`
      },
      mappings,
      "back-matter": {
        resources: [from, to].map((id) => ({
          uuid: uuidOf("catalog", id),
          title: id,
          props: [own("catalog", id)]
        }))
      }
    }
  }
  return `${JSON.stringify(document, undefined, 2)}\n`
}
