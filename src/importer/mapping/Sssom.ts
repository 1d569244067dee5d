import type { Relation, RelationType } from "../../domain/Relation.ts"

/** The words of SSSOM (Simple Standard for Sharing Ontological Mappings), for reading and writing alike. */

/** The object of a subject that has no counterpart, or the other way round. */
export const noTerm = "sssom:NoTermFound"

/** What our own words of a mapping set are defined in. */
export const vocabulary = "urn:crosswalk:sssom:"

/** What the catalogs of both sides are named in. */
export const catalogs = "urn:crosswalk:catalog:"

/** Where a URI that is none, as it has no scheme, is put. */
export const texts = "urn:crosswalk:text:"

/** The predicate of each type, seen from the subject: what is a part of the object has it as its broader match. */
export const predicates: Readonly<Record<RelationType, string>> = {
  equal: "skos:exactMatch",
  subset: "skos:broadMatch",
  superset: "skos:narrowMatch",
  intersects: "skos:relatedMatch",
  implements: "crosswalk:implements",
  supersedes: "dcterms:replaces",
  "no-relationship": "skos:relatedMatch"
}

/** The type of each predicate; those of OWL and RDF Schema are what SSSOM's users write beside SKOS. */
export const types: ReadonlyMap<string, RelationType> = new Map([
  ["skos:exactMatch", "equal"],
  ["owl:sameAs", "equal"],
  ["owl:equivalentClass", "equal"],
  ["owl:equivalentProperty", "equal"],
  ["skos:broadMatch", "subset"],
  ["rdfs:subClassOf", "subset"],
  ["rdfs:subPropertyOf", "subset"],
  ["skos:narrowMatch", "superset"],
  ["skos:relatedMatch", "intersects"],
  ["skos:closeMatch", "intersects"],
  ["crosswalk:implements", "implements"],
  ["dcterms:replaces", "supersedes"]
])

/** The columns that the standard has none for, with what stands in them. */
export const extensions = [
  ["crosswalk_set", "set", "rows of one number are one relation between sets"],
  ["crosswalk_type", "type", "the type of a relation, where the predicate of a pair cannot say it"],
  ["crosswalk_status", "status", "suggested, accepted or rejected"],
  ["crosswalk_needs_review", "needsReview", "a text that was decided on has changed"],
  ["crosswalk_method", "method", "what made the relation"],
  ["crosswalk_mapper", "mapper", "human, automation or hybrid"],
  ["crosswalk_rationale", "rationale", "syntactic, semantic or functional"],
  ["crosswalk_strength", "strength", "0 to 10"],
  ["crosswalk_model", "model", "the fingerprint of the model"],
  ["crosswalk_calibration", "calibration", "what the confidence was calibrated on"],
  ["crosswalk_scores", "scores", "scores by name, JSON"]
] as const

/** How a mapping came about, in the words of SEMAPV. */
export const justificationOf = ({ provenance: { method, rationale }, status }: Relation): string => {
  if (method.startsWith("suggest:")) {
    return status === "suggested" ? "semapv:SemanticSimilarityThresholdMatching" : "semapv:MappingReview"
  }
  if (method === "manual") return "semapv:ManualMappingCuration"
  return rationale === "syntactic" ? "semapv:LexicalMatching" : "semapv:UnspecifiedMatching"
}
