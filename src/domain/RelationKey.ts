import { Schema } from "effect"
import { RelationType } from "./Relation.ts"
import { keyOf, RelationEnds } from "./RelationEnds.ts"

/** What tells a relation apart from all others: its ends and its type. */
export const RelationKey = Schema.Struct({ ...RelationEnds.fields, type: RelationType })
export type RelationKey = typeof RelationKey.Type

/** The key as a text, the same for the same relation. */
export const keyText = ({ type, ...ends }: RelationKey): string => `${type} ${keyOf(ends)}`
