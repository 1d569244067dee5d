import { Schema } from "effect"
import { RelationType } from "./Relation.ts"
import { RelationEnds } from "./RelationEnds.ts"

/** What tells a relation apart from all others: its ends and its type. */
export const RelationKey = Schema.Struct({ ...RelationEnds.fields, type: RelationType })
export type RelationKey = typeof RelationKey.Type
