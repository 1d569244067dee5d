import { dump } from "js-yaml"
import type { RelationType } from "../domain/Relation.ts"
import { type Exchange, nameOf } from "./Exchange.ts"
import { partsOf } from "./ExportIds.ts"
import { ofPair } from "./PairType.ts"

/** Gemara's words, seen from the source; a part of the target contributes to it. */
const words: Readonly<Record<RelationType, string | undefined>> = {
  implements: "implements",
  equal: "equivalent",
  subset: "supports",
  superset: "subsumes",
  intersects: "relates-to",
  supersedes: "relates-to",
  "no-relationship": undefined
}

const levelOf = (confidence: number): string => (confidence >= 0.8 ? "High" : confidence >= 0.5 ? "Medium" : "Low")

/**
 * Accepted relations from one catalog to another as a mapping document of Gemara. It has one source an entry: of a relation
 * between sets each source gets what follows for it and each target.
 */
export const write = ({ from, relations, to }: Exchange): string | undefined => {
  const mappings = relations.flatMap(({ relation, sources, targets }, index) => {
    const { confidence, provenance, type } = relation
    const relationship = targets.length === 0 ? "no-match" : words[ofPair(type, sources.length, targets.length)]
    if (relationship === undefined) return []
    const { note, strength } = provenance
    return sources.map((source, position) => ({
      id: `M-${index + 1}${sources.length === 1 ? "" : `-${position + 1}`}`,
      source: nameOf(source),
      relationship,
      ...(targets.length > 0 && {
        targets: targets.map((target) => ({
          "entry-id": nameOf(target),
          ...(strength !== undefined && strength > 0 && { strength }),
          "confidence-level": levelOf(confidence)
        }))
      }),
      ...(note !== undefined && { remarks: note })
    }))
  })
  if (mappings.length === 0) return undefined
  const referenceOf = (catalog: string) => ({
    id: partsOf(catalog).name,
    title: catalog,
    version: partsOf(catalog).version
  })
  // Two editions of one catalog need two identifiers.
  const isSame = partsOf(from).name === partsOf(to).name
  const [source, target] = [from, to].map((catalog) => ({
    ...referenceOf(catalog),
    ...(isSame && { id: catalog.replaceAll("@", "-") })
  }))
  const document = {
    title: `${from} to ${to}`,
    metadata: {
      id: `${from}-to-${to}`.replaceAll("@", "-"),
      type: "MappingDocument",
      "gemara-version": "1.1.0",
      description: `Relations from ${from} to ${to}.`,
      author: { id: "crosswalk", name: "Crosswalk", type: "Software" },
      "mapping-references": [source, target]
    },
    "source-reference": { "reference-id": source?.id, "entry-type": "Control" },
    "target-reference": { "reference-id": target?.id, "entry-type": "Control" },
    mappings
  }
  return dump(document, { lineWidth: -1 })
}
