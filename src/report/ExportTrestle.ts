import type { Reference } from "../domain/Reference.ts"
import type { RelationType } from "../domain/Relation.ts"
import { localId } from "../crosswalk/Graph.ts"
import * as OscalProp from "../importer/oscal/OscalProp.ts"
import * as CsvText from "./CsvText.ts"
import type { Exchange, PlacedRelation } from "./Exchange.ts"
import { tokenOf } from "./ExportIds.ts"
import { relationships } from "./ExportOscal.ts"

/** The columns that compliance-trestle asks for, with the row that says what stands in them; others become properties. */
const columns = [
  ["$$Source_Resource", "A reference to a resource that has the source controls of a mapping."],
  ["$$Target_Resource", "A reference to a resource that has the target controls of a mapping."],
  ["$$Map_Source_ID_Ref_list", "A list of source reference IDs."],
  ["$$Map_Target_ID_Ref_list", "A list of target reference IDs."],
  ["$$Map_Relationship", "The relationship type for the mapping entry."],
  ["$Map_Confidence_Score", "How sure the mapping is, from 0 to 1."],
  ["$Map_Coverage", "How much of the targets the sources cover, from 0 to 1."],
  ["Note", "What was remarked of it."],
  ["Rationale", "Syntactic, semantic or functional."],
  ["Strength", "How strong it is, from 0 to 10."],
  ["Reviewer", "Who answers for it."],
  ["Source_URIs", "The URIs of the sources, JSON."],
  ["Target_URIs", "The URIs of the targets, JSON."]
] as const

const hrefOf = (catalog: string) => `catalogs/${catalog}/catalog.json`

const wordOf = (type: RelationType, targets: number) => (targets === 0 ? undefined : relationships[type])

const said = (text: string | undefined) => (text === undefined ? undefined : OscalProp.encode(text))

const idsOf = (references: ReadonlyArray<Reference>) =>
  references.length === 0 ? undefined : references.map((reference) => tokenOf(localId(reference))).join(" ")

const rowOf = (from: string, to: string, { relation, sources, targets }: PlacedRelation) => {
  const { confidence, provenance, type } = relation
  return [
    hrefOf(from),
    hrefOf(to),
    idsOf(sources),
    idsOf(targets),
    wordOf(type, targets.length),
    confidence,
    undefined,
    said(provenance.note),
    provenance.rationale,
    provenance.strength,
    said(provenance.by),
    JSON.stringify(relation.sources),
    targets.length === 0 ? undefined : JSON.stringify(relation.targets)
  ]
}

/**
 * Accepted relations from one catalog to another as the CSV of compliance-trestle, which makes a mapping collection of OSCAL
 * of it; its controls are those of our export of the catalogs.
 */
export const write = ({ from, relations, to }: Exchange): string =>
  [
    columns.map(([name]) => name),
    columns.map(([, meaning]) => meaning),
    ...relations.map((placed) => rowOf(from, to, placed))
  ]
    .map(CsvText.line)
    .join("")
