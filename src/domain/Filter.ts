import { Schema } from "effect"
import { MetadataCondition } from "./MetadataCondition.ts"
import { Role } from "./Role.ts"
import { Text } from "./Text.ts"

/** So many fit into one statement, whatever they are. */
const maximumConditions = 100

const conditionsOf = <S extends Schema.Constraint>(schema: S) =>
  Schema.Array(schema).check(
    Schema.makeFilter((all) => (all.length > maximumConditions ? `at most ${maximumConditions}` : undefined))
  )

/** Which references a search looks at. Every part that is given must hold; it applies before the best are chosen. */
export const Filter = Schema.Struct({
  /** Only references of this catalog. */
  catalog: Schema.optional(Text),
  /** Only references of this type. */
  entityType: Schema.optional(Text),
  /** Only references of this role. */
  role: Schema.optional(Role),
  /** Only references that have all of these tags, at most 100. */
  tags: Schema.optional(conditionsOf(Text)),
  /** Only references that have at least one of these tags; an empty list asks for nothing. */
  anyTags: Schema.optional(Schema.Array(Text)),
  /**
   * Only references that a level asks for: `2` means those whose metadata `level` is at most 2, anything else, such as `IG1`,
   * those among whose `levels` it is.
   */
  level: Schema.optional(Text),
  /** Only references whose metadata fulfils all of these, at most 100. */
  metadata: Schema.optional(conditionsOf(MetadataCondition))
})
export type Filter = typeof Filter.Type

const { catalog: _catalog, role: _role, ...inCatalog } = Filter.fields

/** Which requirements of catalogs that are named otherwise; every part that is given must hold. */
export const RequirementFilter = Schema.Struct(inCatalog)
export type RequirementFilter = typeof RequirementFilter.Type
