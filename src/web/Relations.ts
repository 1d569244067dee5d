import type { Answer } from "./api/Endpoints.ts"

/** A relation with the references at its ends. */
export type Item = Answer<"GET /api/v1/review">["items"][number]
export type Relation = Item["relation"]
export type Reference = Item["sources"][number]
export type Decision = Answer<"GET /api/v1/decisions">["decisions"][number]

/** How the sources of a relation stand to its targets, as a sentence goes on. */
export const outgoing: Readonly<Record<Relation["type"], string>> = {
  implements: "implements",
  equal: "asks for the same as",
  subset: "asks for a part of",
  superset: "asks for more than",
  intersects: "overlaps with",
  supersedes: "supersedes",
  "no-relationship": "has nothing to do with"
}

/** The same, told of a target. */
export const incoming: Readonly<Record<Relation["type"], string>> = {
  implements: "is implemented by",
  equal: "asks for the same as",
  subset: "asks for more than",
  superset: "asks for a part of",
  intersects: "overlaps with",
  supersedes: "is superseded by",
  "no-relationship": "has nothing to do with"
}

/** The tone of a status, as a class of `.tag`. */
export const tone: Readonly<Record<Relation["status"], string>> = {
  accepted: "good",
  suggested: "accent",
  rejected: "bad"
}

/** What a reference is called beside others: its identifier as printed, else its URI. */
export const nameOf = ({ identifier, label, uri }: Pick<Reference, "identifier" | "label" | "uri">): string =>
  label ?? identifier ?? uri

const methods: ReadonlyArray<readonly [prefix: string, words: string]> = [
  ["manual", "Made by hand"],
  ["import:", "Imported"],
  ["suggest:", "Suggested"],
  ["carry:", "Carried over"]
]

/** Where a relation comes from, in words: `Suggested (hybrid)`. */
export const methodOf = (method: string): string => {
  const [prefix, words] = methods.find(([prefix]) => method.startsWith(prefix)) ?? ["", "Made by"]
  const rest = method.slice(prefix.length)
  return rest === "" ? words : prefix === "" ? `${words} ${rest}` : `${words} (${rest})`
}

/** Whether an entry of the log is about a relation's ends. */
export const isAbout = ({ sources, targets, to }: Decision, relation: Relation): boolean =>
  to === relation.to &&
  sources.join("\n") === relation.sources.join("\n") &&
  targets.join("\n") === relation.targets.join("\n")

/** What an entry of the log did, in words. */
export const deedOf = ({ after, before, undoes }: Decision): string => {
  if (undoes !== undefined) return "took a decision back"
  if (after === undefined) return "removed it"
  if (before === undefined) return `added it as ${after.status}`
  if (before.type !== after.type) return `changed its type from ${before.type} to ${after.type}, ${after.status}`
  return before.status === after.status ? `confirmed it as ${after.status}` : after.status
}

type Ends = Pick<Relation, "sources" | "targets"> & { readonly to?: string | undefined }

export const endsOf = ({ sources, targets, to }: Ends): string => JSON.stringify([sources, targets, to ?? null])

/** What a relation is called in the URL of the review. */
export const relationKey = (relation: Ends & Pick<Relation, "type">): string => `${relation.type} ${endsOf(relation)}`

/** The first source of a relation that is called so; undefined where that is no such name. */
export const sourceOfKey = (key: string): string | undefined => {
  try {
    const ends: unknown = JSON.parse(key.slice(key.indexOf(" ") + 1))
    const source: unknown = Array.isArray(ends) && Array.isArray(ends[0]) ? ends[0][0] : undefined
    return typeof source === "string" ? source : undefined
  } catch {
    return undefined
  }
}
