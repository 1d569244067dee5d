import { Schema } from "effect"
import { Confidence, type Relation, RelationStatus, RelationType } from "../domain/Relation.ts"
import type { RelationEnds } from "../domain/RelationEnds.ts"
import { snippet, rounded } from "./Budget.ts"

/** The ends of a relation. */
export const endsFields = {
  /** Of a large set the first ones. */
  sources: Schema.Array(Schema.String),
  targets: Schema.Array(Schema.String),
  /** References of either set that are not named here; absent where all are. */
  moreEnds: Schema.optionalKey(Schema.Natural),
  /** The catalog in which the sources have no counterpart; only where there are no targets. */
  to: Schema.optionalKey(Schema.String)
} as const

/** A relation, as lists have it. */
export const RelationShown = Schema.Struct({
  ...endsFields,
  type: RelationType,
  status: RelationStatus,
  confidence: Confidence,
  /** A text that was decided on has changed since. */
  needsReview: Schema.Boolean,
  /** Who made or decided it. */
  by: Schema.optionalKey(Schema.String),
  note: Schema.optionalKey(Schema.String)
})
export type RelationShown = typeof RelationShown.Type

/** So many of a set are named. */
const namedEnds = 20

/** The ends of a relation, of large sets the first. */
export const endsShown = ({
  sources,
  targets,
  to
}: Omit<RelationEnds, "sources"> & { readonly sources: ReadonlyArray<string> }) => {
  const more = Math.max(0, sources.length - namedEnds) + Math.max(0, targets.length - namedEnds)
  return {
    sources: sources.slice(0, namedEnds),
    targets: targets.slice(0, namedEnds),
    ...(more > 0 && { moreEnds: more }),
    ...(to !== undefined && { to })
  }
}

export const relationShown = (relation: Relation): RelationShown => {
  const { confidence, needsReview, provenance, status, type } = relation
  const { by, note } = provenance
  return {
    ...endsShown(relation),
    type,
    status,
    confidence: rounded(confidence),
    needsReview,
    ...(by !== undefined && { by }),
    ...(note !== undefined && { note: snippet(note, 200) })
  }
}
