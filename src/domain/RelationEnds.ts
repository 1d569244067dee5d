import { Schema } from "effect"
import { CatalogId } from "./Catalog.ts"
import * as Natural from "./Natural.ts"
import { NonBlankText } from "./Text.ts"

/**
 * Two sets of references that a relation stands between, as OSCAL's mappings and NIST IR 8477 mean it: what it says of a
 * set, it says of its members together. A pair is one source and one target. Without targets it says that the sources have
 * no counterpart in the catalog `to`.
 */
export const RelationEnds = Schema.Struct({
  /** The URIs it starts from. Their order and repetitions do not count. */
  sources: Schema.NonEmptyArray(NonBlankText),
  /** The URIs it points to, none of which is a source too. */
  targets: Schema.Array(NonBlankText),
  /** The catalog in which the sources have no counterpart; only where there are no targets. */
  to: Schema.optional(CatalogId)
})
export type RelationEnds = typeof RelationEnds.Type

/** What is wrong with ends: what was expected of which field, and the same as a sentence. */
export interface Fault {
  readonly field: "targets" | "to" | "type"
  readonly expected: string
  readonly problem: string
}

/** What is wrong with ends that a relation of this type, where it is known, cannot stand between. */
export const faultOf = ({ sources, targets, to }: RelationEnds, type?: string): Fault | undefined => {
  const both = targets.find((uri) => sources.includes(uri))
  if (both !== undefined) {
    return {
      field: "targets",
      expected: "other references than the sources",
      problem: `a reference cannot be related to itself (${both})`
    }
  }
  if (targets.length > 0) {
    return to === undefined
      ? undefined
      : {
          field: "to",
          expected: "no catalog where there are targets",
          problem: "there are targets, so to says nothing"
        }
  }
  if (to === undefined) {
    return {
      field: "targets",
      expected: "at least one, or the catalog to in which there is no counterpart",
      problem: "there is no target, and no catalog in which there is none"
    }
  }
  return type === undefined || type === "no-relationship"
    ? undefined
    : {
        field: "type",
        expected: "no-relationship, where there are no targets",
        problem: `the relation to nothing is no-relationship, not ${type}`
      }
}

type Uris = RelationEnds["sources"]

/** A set as it is stored: in natural order, each once. */
export const sorted = <A extends ReadonlyArray<string>>(uris: A): A extends Uris ? Uris : ReadonlyArray<string> =>
  [...new Set(uris)].sort(Natural.compare) as unknown as A extends Uris ? Uris : ReadonlyArray<string>

/** The same ends whatever the order of their sets, with `to` only where it is said. */
export const canonical = ({ sources, targets, to }: RelationEnds) => ({
  sources: sorted(sources),
  targets: sorted(targets),
  ...(to !== undefined && { to })
})

/** What tells ends apart from others. */
export const keyOf = (ends: RelationEnds): string => {
  const { sources, targets, to } = canonical(ends)
  return JSON.stringify([sources, targets, to])
}

/** All references at either end. */
export const urisOf = ({ sources, targets }: RelationEnds): ReadonlyArray<string> => [...sources, ...targets]

/** The one that stands alone, or several in braces. */
export const setText = (uris: ReadonlyArray<string>): string =>
  uris.length === 1 ? String(uris[0]) : `{${uris.join(", ")}}`

/** What a relation points to, in words. */
export const targetsText = ({ targets, to }: Pick<RelationEnds, "targets" | "to">): string =>
  targets.length === 0 ? `nothing in ${to}` : setText(targets)
