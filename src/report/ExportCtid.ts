import { DateTime } from "effect"
import type { Reference } from "../domain/Reference.ts"
import type { Relation } from "../domain/Relation.ts"
import * as CoverageGroups from "../crosswalk/CoverageGroups.ts"
import * as Ctid from "../importer/mapping/Ctid.ts"
import { type Exchange, nameOf, type PlacedRelation } from "./Exchange.ts"
import { partsOf } from "./ExportIds.ts"
import { ofPair } from "./PairType.ts"

/** A day as these files have it: `01/31/2026`. */
const dayOf = (time: DateTime.Utc | undefined): string => {
  const { day, month, year } = DateTime.toParts(time ?? DateTime.makeUnsafe(0))
  return [String(month).padStart(2, "0"), String(day).padStart(2, "0"), String(year)].join("/")
}

/** What a relation says of each pair: a word of the Center where it came with one, else our type. */
const saidOf = ({ provenance: { method, note }, type }: Relation, sources: number, targets: number) => {
  const said = method === Ctid.method && type === "intersects" && note !== undefined ? Ctid.parse(note) : undefined
  const { category, comments, kind, value } = said ?? {
    kind: targets === 0 ? Ctid.none : ofPair(type, sources, targets),
    comments: note
  }
  return {
    mapping_type: kind,
    ...(category !== undefined && { score_category: category, score_value: value }),
    comments: comments ?? ""
  }
}

const capabilityOf = (reference: Reference) => ({
  capability_id: nameOf(reference),
  capability_description: reference.title,
  capability_group: CoverageGroups.chapterOf(reference.metadata)
})

const objectsOf = ({ relation, sources, targets }: PlacedRelation) => {
  const said = saidOf(relation, sources.length, targets.length)
  const status = relation.status === "accepted" ? "complete" : "in_progress"
  return sources.flatMap((source) =>
    (targets.length === 0 ? [undefined] : targets).map((target) => ({
      ...capabilityOf(source),
      ...said,
      attack_object_id: target === undefined ? null : nameOf(target),
      attack_object_name: target === undefined ? null : target.title,
      references: [],
      status: target === undefined && relation.status === "accepted" ? Ctid.none : status
    }))
  )
}

/**
 * Relations from one catalog to another as the Center for Threat-Informed Defense publishes mappings to ATT&CK, JSON: of a
 * relation between sets each pair says what follows for it. What a person accepted is complete, what is suggested in progress.
 */
export const write = ({ from, relations, to }: Exchange): string => {
  const objects = relations.flatMap(objectsOf)
  const times = relations
    .flatMap(({ relation }) => [relation.createdAt, relation.updatedAt])
    .sort((a, b) => DateTime.toEpochMillis(a) - DateTime.toEpochMillis(b))
  const [ours, theirs] = [partsOf(from), partsOf(to)]
  const versionOf = (version: string) => (version === "unversioned" ? "" : version)
  const groups = [...new Set(objects.map((object) => object.capability_group))].sort()
  const kinds = [...new Set(objects.map((object) => object.mapping_type))].sort()
  const document = {
    metadata: {
      mapping_version: "",
      technology_domain: theirs.name.replace(/-attack$/u, ""),
      attack_version: versionOf(theirs.version),
      mapping_framework: ours.name,
      mapping_framework_version: versionOf(ours.version),
      author: null,
      contact: null,
      organization: null,
      creation_date: dayOf(times[0]),
      last_update: dayOf(times.at(-1)),
      mapping_types: Object.fromEntries(kinds.map((kind) => [kind, { name: kind, description: Ctid.meaningOf(kind) }])),
      capability_groups: Object.fromEntries(groups.map((group) => [group, group]))
    },
    mapping_objects: objects
  }
  return `${JSON.stringify(document, undefined, 2)}\n`
}
