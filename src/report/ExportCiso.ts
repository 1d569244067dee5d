import type { Reference } from "../domain/Reference.ts"
import type { RelationType } from "../domain/Relation.ts"
import { localId } from "../crosswalk/Graph.ts"
import { dump } from "js-yaml"
import type { Exchange } from "./Exchange.ts"
import { ofPair } from "./PairType.ts"

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

/** The parts of a URN, in the letters that CISO Assistant takes. */
const urn = (kind: string, ...names: ReadonlyArray<string>) =>
  ["urn:intuitem:risk", kind, ...names.map((name) => name.toLowerCase().replaceAll(/[^0-9a-z[\]().:_-]+/gu, "_"))].join(
    ":"
  )

const nameOf = (catalog: string) => catalog.replaceAll("@", "-")

/**
 * Accepted relations from one catalog to another as a library of CISO Assistant with a requirement mapping set. It has pairs
 * only: of a relation between sets each pair says what follows for it; and nothing for what has no counterpart.
 */
export const write = ({ from, relations, to }: Exchange): string | undefined => {
  const [source, target] = [nameOf(from), nameOf(to)]
  const ref = `mapping-${source}-to-${target}`
  const nodeOf = (framework: string, reference: Reference) => urn("req_node", framework, localId(reference))
  const pairs = relations.flatMap(({ relation, sources, targets }) => {
    const { provenance, type } = relation
    return sources.flatMap((one) =>
      targets.map((other) => ({
        source_requirement_urn: nodeOf(source, one),
        target_requirement_urn: nodeOf(target, other),
        relationship: words[ofPair(type, sources.length, targets.length)],
        ...(provenance.rationale !== undefined && { rationale: provenance.rationale }),
        ...(provenance.strength !== undefined && { strength_of_relationship: provenance.strength }),
        ...(provenance.note !== undefined && { annotation: provenance.note })
      }))
    )
  })
  if (pairs.length === 0) return undefined
  const about = { ref_id: ref, name: `${from} -> ${to}`, description: `Mapping from ${from} to ${to}` }
  const library = {
    urn: urn("library", ref),
    locale: "en",
    ...about,
    copyright: "",
    version: 1,
    provider: "Crosswalk",
    packager: "intuitem",
    dependencies: [urn("library", source), urn("library", target)],
    objects: {
      requirement_mapping_sets: [
        {
          urn: urn("req_mapping_set", ref),
          ...about,
          source_framework_urn: urn("framework", source),
          target_framework_urn: urn("framework", target),
          requirement_mappings: pairs
        }
      ]
    }
  }
  return dump(library, { lineWidth: -1 })
}
