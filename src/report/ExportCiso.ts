import type { Reference } from "../domain/Reference.ts"
import type { RelationType } from "../domain/Relation.ts"
import { uriOf } from "../importer/Items.ts"
import { localId } from "../crosswalk/Graph.ts"
import { dump } from "js-yaml"
import type { Exchange } from "./Exchange.ts"
import { ofPair } from "./PairType.ts"
import type { Sheet } from "./Workbook.ts"

/** The words of CISO Assistant; what implements or supersedes another has something in common with it. */
const words: Readonly<Record<RelationType, string>> = {
  equal: "equal",
  subset: "subset",
  superset: "superset",
  intersects: "intersect",
  implements: "intersect",
  supersedes: "intersect",
  "no-relationship": "not_related"
}

/** A name in the letters that CISO Assistant takes. */
const lettersOf = (name: string) => name.toLowerCase().replaceAll(/[^0-9a-z[\]().:_-]+/gu, "_")

const urnOf = (base: string, name: string) => `${base}:${lettersOf(name)}`

const urn = (kind: string, name: string) => urnOf(`urn:intuitem:risk:${kind}`, name)

const nameOf = (catalog: string) => catalog.replaceAll("@", "-")

/** What the URI of a reference calls it in its catalog where that leads back to it, else its identifier, which does. */
const nodeIdOf = (reference: Reference): string => {
  const { catalog, identifier, uri } = reference
  const local = localId(reference)
  const isFound = catalog !== undefined && uriOf(catalog, lettersOf(local)) === uri
  return isFound ? local : (identifier ?? local)
}

/** The set of mappings, what its library is called, and its pairs. */
const setOf = ({ from, relations, to }: Exchange) => {
  const [source, target] = [nameOf(from), nameOf(to)]
  const ref = `mapping-${source}-to-${target}`
  const [sourceBase, targetBase] = [urn("req_node", source), urn("req_node", target)]
  const nodeOf = (base: string, reference: Reference) => urnOf(base, nodeIdOf(reference))
  const pairs = relations.flatMap(({ relation, sources, targets }) => {
    const { provenance, type } = relation
    return sources.flatMap((one) =>
      targets.map((other) => ({
        source_requirement_urn: nodeOf(sourceBase, one),
        target_requirement_urn: nodeOf(targetBase, other),
        relationship: words[ofPair(type, sources.length, targets.length)],
        ...(provenance.rationale !== undefined && { rationale: provenance.rationale }),
        ...(provenance.strength !== undefined && { strength_of_relationship: provenance.strength }),
        ...(provenance.note !== undefined && { annotation: provenance.note })
      }))
    )
  })
  const about = { ref_id: ref, name: `${from} -> ${to}`, description: `Mapping from ${from} to ${to}` }
  const library = {
    urn: urn("library", ref),
    locale: "en",
    ...about,
    version: 1,
    provider: "Crosswalk",
    packager: "intuitem",
    dependencies: [urn("library", source), urn("library", target)]
  }
  const set = {
    urn: urn("req_mapping_set", ref),
    ...about,
    source_framework_urn: urn("framework", source),
    target_framework_urn: urn("framework", target)
  }
  return { library, set, pairs, sourceBase, targetBase }
}

/**
 * Accepted relations from one catalog to another as a library of CISO Assistant with a requirement mapping set. It has pairs
 * only: of a relation between sets each pair says what follows for it; and nothing for what has no counterpart.
 */
export const write = (exchange: Exchange): string | undefined => {
  const { library, pairs, set } = setOf(exchange)
  if (pairs.length === 0) return undefined
  const objects = { requirement_mapping_sets: [{ ...set, requirement_mappings: pairs }] }
  return dump({ ...library, copyright: "", objects }, { lineWidth: -1 })
}

/** The same as the workbook from which CISO Assistant's own tool makes the library (its second layout). */
export const sheets = (exchange: Exchange): ReadonlyArray<Sheet> | undefined => {
  const { library, pairs, set, sourceBase, targetBase } = setOf(exchange)
  if (pairs.length === 0) return undefined
  const { dependencies, ...about } = library
  return [
    {
      name: "library_meta",
      rows: [["type", "library"], ...Object.entries(about), ["dependencies", dependencies.join(", ")]]
    },
    {
      name: "mappings_meta",
      rows: [
        ["type", "requirement_mapping_set"],
        ...Object.entries(set),
        ["source_node_base_urn", sourceBase],
        ["target_node_base_urn", targetBase]
      ]
    },
    {
      name: "mappings_content",
      rows: [
        ["source_node_id", "target_node_id", "relationship", "rationale", "strength_of_relationship", "annotation"],
        ...pairs.map((pair) => [
          pair.source_requirement_urn.slice(sourceBase.length + 1),
          pair.target_requirement_urn.slice(targetBase.length + 1),
          pair.relationship,
          pair.rationale,
          pair.strength_of_relationship,
          pair.annotation
        ])
      ]
    }
  ]
}
