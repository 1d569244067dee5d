import type { RelationType } from "../../domain/Relation.ts"

/** The words of the Center for Threat-Informed Defense, for reading and writing alike. */

/** The method of relations that were read from its mappings. */
export const method = "import:ctid-mappings"

/** The kind of a mapping whose capability or technique has no counterpart. */
export const none = "non_mappable"

/** What a mapping says beside its ends. */
export interface Said {
  /** Such as `mitigates`, or `technique_scores`, which have a category and a value. */
  readonly kind: string
  /** Such as `protect`. */
  readonly category?: string | undefined
  /** Such as `partial`. */
  readonly value?: string | undefined
  readonly comments?: string | undefined
}

/** A mapping as a note: `mitigates: why`, `technique_scores (protect, partial): why`. */
export const noteOf = ({ category, comments, kind, value }: Said): string => {
  const score = [category, value].filter((text) => text !== undefined && text !== "").join(", ")
  const what = score === "" ? kind : `${kind} (${score})`
  return [what, comments ?? ""].filter((text) => text !== "").join(": ")
}

/** What a note that {@link noteOf} wrote says; none where it is another. */
export const parse = (note: string): Said | undefined => {
  const found = /^(\w+)(?: \((\w+), (\w+)\))?(?:: ([\s\S]+))?$/u.exec(note)
  if (found === null) return undefined
  const [, kind = "", category, value, comments] = found
  return { kind, category, value, comments }
}

const meanings: Readonly<Record<RelationType | typeof none, string>> = {
  implements: "The capability carries out what is asked for.",
  equal: "Both ask for the same.",
  subset: "The capability is a part of what it is mapped to.",
  superset: "The capability contains what it is mapped to.",
  intersects: "Both have something in common.",
  supersedes: "The capability takes the place of what it is mapped to.",
  "no-relationship": "Both have nothing to do with each other.",
  non_mappable: "The capability has no counterpart."
}

/** What a kind of mapping means, where that is one of ours. */
export const meaningOf = (kind: string): string => new Map(Object.entries(meanings)).get(kind) ?? ""
