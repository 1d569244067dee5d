import { Schema } from "effect"
import type { Filter, RequirementFilter } from "../domain/Filter.ts"
import { MetadataConditionText } from "../domain/MetadataCondition.ts"
import { PageOptions } from "../domain/ReferencePage.ts"
import { Role } from "../domain/Role.ts"
import { Text } from "../domain/Text.ts"

/** As often as it is said, 100 times at most. */
export const several = <S extends Schema.Constraint>(schema: S) =>
  Schema.optional(Schema.Array(schema).check(Schema.isMaxLength(100)))

/** The parts of a `RequirementFilter`, as a query has them: `level=2&tag=a&tag=b&where=owner=platform`. */
export const requirementFields = {
  type: Schema.optional(Text),
  /** Each must be there. */
  tag: several(Text),
  /** One is enough. */
  anyTag: several(Text),
  /** What a level asks for: a number with those below, else a name such as `IG1`. */
  level: Schema.optional(Text),
  /** Each must hold. */
  where: several(MetadataConditionText)
}

/** The parts of a `Filter`: these, and `catalog=asvs@5.0.0&role=requirement`. */
export const filterFields = {
  catalog: Schema.optional(Text),
  role: Schema.optional(Role),
  ...requirementFields
}

const RequirementQuery = Schema.Struct(requirementFields)
export type RequirementQuery = typeof RequirementQuery.Type

const FilterQuery = Schema.Struct(filterFields)

const inCatalog = ({ anyTag, level, tag, type, where }: RequirementQuery): RequirementFilter => ({
  entityType: type,
  tags: tag,
  anyTags: anyTag,
  level,
  metadata: where
})

/** What the query asks for as a `Filter`. */
export const filterOf = ({ catalog, role, ...which }: typeof FilterQuery.Type): Filter => ({
  catalog,
  role,
  ...inCatalog(which)
})

/** What the query asks for as a `RequirementFilter`; nothing where it asks for nothing. */
export const requirementsOf = (which: RequirementQuery): RequirementFilter | undefined =>
  Object.values(which).every((part) => part === undefined) ? undefined : inCatalog(which)

/** At most so many of anything in one answer. */
export const { limit } = PageOptions.fields
