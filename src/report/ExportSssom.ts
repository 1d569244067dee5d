import type { Reference } from "../domain/Reference.ts"
import * as Sssom from "../importer/mapping/Sssom.ts"
import { uriOf } from "../importer/Items.ts"
import { type Exchange, line, type PlacedRelation } from "./Exchange.ts"
import { partsOf, uuidOf } from "./ExportIds.ts"
import { ofPair } from "./PairType.ts"

const columns = [
  "subject_id",
  "subject_label",
  "predicate_id",
  "predicate_modifier",
  "object_id",
  "object_label",
  "mapping_justification",
  "author_label",
  "reviewer_id",
  "reviewer_label",
  "confidence",
  "comment",
  ...Sssom.extensions.map(([name]) => name)
] as const

type Row = Readonly<Partial<Record<(typeof columns)[number], string | number | boolean | undefined>>>

const quoted = (cell: string): string => (/["\t\r\n]|^\s|\s$/u.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)

const lineOf = (row: Row): string => `${columns.map((name) => quoted(String(row[name] ?? ""))).join("\t")}\n`

/** One value of a column that may have several. */
const single = (text: string): string => text.replaceAll(/[\\|]/gu, "\\$&")

const prefixOf = (catalog: string): string => `c_${catalog.replaceAll(/[^A-Za-z0-9._-]+/gu, "_")}`

/** Writes URIs as CURIEs, and notes the prefixes that they need. */
const curies = (known: ReadonlyArray<string>) => {
  const prefixes = new Map([
    ["crosswalk", Sssom.vocabulary],
    ["catalog", Sssom.catalogs],
    ["dcterms", "http://purl.org/dc/terms/"]
  ])
  const spaces = known.map((catalog) => [prefixOf(catalog), uriOf(catalog, "")] as const)
  const curieOf = (uri: string): string => {
    const space = spaces.find(([, start]) => uri.startsWith(start) && uri.length > start.length)
    const scheme = /^([A-Za-z][A-Za-z0-9.-]*):/u.exec(uri)?.[1]
    const [prefix, start] =
      space ??
      (scheme === undefined ? ["text", ""] : [scheme.startsWith("http") ? scheme : `u_${scheme}`, `${scheme}:`])
    prefixes.set(prefix, start === "" ? Sssom.texts : start)
    return `${prefix}:${uri.slice(start.length)}`
  }
  return { prefixes, curieOf }
}

/** Who answers for a relation: a reviewer by the identifier of ORCID, or by name; the author of what is suggested. */
const personOf = ({ relation: { provenance, status } }: PlacedRelation): Row => {
  const { by } = provenance
  if (by === undefined) return {}
  if (status === "suggested") return { author_label: single(by) }
  return /^orcid:[\dX-]+$/u.test(by) ? { reviewer_id: by } : { reviewer_label: single(by) }
}

/** A relation as rows, one a pair; what has no counterpart has the object that stands for none. */
const rowsOf = (placed: PlacedRelation, set: number, curieOf: (uri: string) => string): ReadonlyArray<Row> => {
  const { relation, sources, targets } = placed
  const { confidence, needsReview, provenance, status, type } = relation
  const isSet = sources.length > 1 || targets.length > 1
  const pair = ofPair(type, sources.length, targets.length)
  const isDenied = (status === "rejected") !== (type === "no-relationship" && targets.length > 0)
  const said: Row = {
    predicate_modifier: isDenied ? "Not" : undefined,
    mapping_justification: Sssom.justificationOf(relation),
    ...personOf(placed),
    confidence,
    comment: provenance.note,
    crosswalk_set: isSet ? set : undefined,
    crosswalk_type: isSet || type === "no-relationship" ? type : undefined,
    crosswalk_status: status,
    crosswalk_needs_review: needsReview ? true : undefined,
    crosswalk_method: provenance.method,
    crosswalk_mapper: provenance.mapper,
    crosswalk_rationale: provenance.rationale,
    crosswalk_strength: provenance.strength,
    crosswalk_model: provenance.model,
    crosswalk_calibration: provenance.calibration,
    crosswalk_scores: provenance.scores === undefined ? undefined : JSON.stringify(provenance.scores),
    crosswalk_path: provenance.path === undefined ? undefined : JSON.stringify(provenance.path)
  }
  const subject = ({ title, uri }: Reference): Row => ({ subject_id: curieOf(uri), subject_label: line(title) })
  const none: Row = { predicate_id: "skos:exactMatch", object_id: Sssom.noTerm }
  return sources.flatMap((source) =>
    targets.length === 0
      ? [{ ...said, ...subject(source), ...none }]
      : targets.map(({ title, uri }) => ({
          ...said,
          ...subject(source),
          predicate_id: Sssom.predicates[pair],
          object_id: curieOf(uri),
          object_label: line(title)
        }))
  )
}

/**
 * Relations from one catalog to another as SSSOM 1.1 in TSV: whole with suggestions and decisions. Between sets there is a
 * row a pair, which says what follows for it; extension columns say that the rows are one relation, and of which type.
 */
export const write = ({ from, relations, to }: Exchange): string => {
  const { curieOf, prefixes } = curies([from, to])
  const rows = relations.flatMap((placed, index) => rowsOf(placed, index + 1, curieOf))
  const set = {
    sssom_version: "1.1",
    curie_map: Object.fromEntries([...prefixes].sort(([a], [b]) => (a < b ? -1 : 1))),
    mapping_set_id: `urn:uuid:${uuidOf("sssom", from, to)}`,
    mapping_set_title: `${from} to ${to}`,
    license: "https://w3id.org/sssom/license/unspecified",
    mapping_tool: "Crosswalk",
    subject_source: `catalog:${from}`,
    subject_source_version: partsOf(from).version,
    object_source: `catalog:${to}`,
    object_source_version: partsOf(to).version,
    extension_definitions: Sssom.extensions.map(([slot, name]) => ({ slot_name: slot, property: `crosswalk:${name}` }))
  }
  // A value of JSON is one of YAML.
  const header = Object.entries(set).map(([name, value]) => `#${name}: ${JSON.stringify(value)}\n`)
  return [...header, `${columns.join("\t")}\n`, ...rows.map(lineOf)].join("")
}
