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

/** The prefixes that every mapping set knows, whether it declares them or not. */
export const prefixes: Readonly<Record<string, string>> = {
  skos: "http://www.w3.org/2004/02/skos/core#",
  owl: "http://www.w3.org/2002/07/owl#",
  rdf: "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
  rdfs: "http://www.w3.org/2000/01/rdf-schema#",
  semapv: "https://w3id.org/semapv/vocab/",
  sssom: "https://w3id.org/sssom/",
  dcterms: "http://purl.org/dc/terms/",
  oboInOwl: "http://www.geneontology.org/formats/oboInOwl#",
  crosswalk: vocabulary
}

/** A CURIE as the whole address, where its prefix is known. */
export const expand = (curie: string, known: ReadonlyMap<string, string>): string => {
  const [, prefix = "", local = ""] = /^([^:]*):(.*)$/su.exec(curie) ?? []
  const start = known.get(prefix) ?? prefixes[prefix]
  return start === undefined ? curie : start + local
}

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

const none: ReadonlyMap<string, string> = new Map()

const typed: ReadonlyArray<readonly [string, RelationType]> = [
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
  ["dcterms:replaces", "supersedes"],
  ["semapv:crossSpeciesExactMatch", "equal"],
  ["semapv:crossSpeciesBroadMatch", "subset"],
  ["semapv:crossSpeciesNarrowMatch", "superset"]
]

/** The type of each predicate, by its whole address; those of OWL and RDF Schema are what SSSOM's users write beside SKOS. */
export const types: ReadonlyMap<string, RelationType> = new Map(
  typed.map(([curie, type]) => [expand(curie, none), type])
)

/** Predicates that say no more than that there is something: the caller says which type that is. */
export const vague: ReadonlySet<string> = new Set(
  ["skos:mappingRelation", "rdfs:seeAlso", "oboInOwl:hasDbXref"].map((curie) => expand(curie, none))
)

/** Columns of a mapping that describe its ends and how it is told apart, which the catalogs and the file do. */
export const descriptive =
  /^(?:(?:subject|object|predicate)_.*|record_id|mapping_justification|mapping_cardinality|license)$/u

/** What a set may say for all of its mappings. */
export const shared: ReadonlySet<string> = new Set([
  "predicate_id",
  "predicate_modifier",
  "reviewer_id",
  "reviewer_label",
  "author_id",
  "author_label"
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
  ["crosswalk_scores", "scores", "scores by name, JSON"],
  ["crosswalk_path", "path", "what the relation follows from, JSON"]
] as const

/** How a mapping came about, in the words of SEMAPV. */
export const justificationOf = ({ provenance: { method, rationale }, status }: Relation): string => {
  if (method.startsWith("suggest:")) {
    return status === "suggested" ? "semapv:SemanticSimilarityThresholdMatching" : "semapv:MappingReview"
  }
  if (method === "manual") return "semapv:ManualMappingCuration"
  return rationale === "syntactic" ? "semapv:LexicalMatching" : "semapv:UnspecifiedMatching"
}
