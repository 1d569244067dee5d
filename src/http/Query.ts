import { Schema } from "effect"
import type { Filter } from "../domain/Filter.ts"
import { MetadataConditionText } from "../domain/MetadataCondition.ts"
import { PageOptions } from "../domain/ReferencePage.ts"
import { Role } from "../domain/Role.ts"
import { Text } from "../domain/Text.ts"

const several = <S extends Schema.Constraint>(schema: S) =>
  Schema.optional(Schema.Array(schema).check(Schema.isMaxLength(100)))

/** The parts of a `Filter`, as a query has them: `catalog=asvs@5.0.0&tag=a&tag=b&where=level<=2`. */
export const filterFields = {
  catalog: Schema.optional(Text),
  type: Schema.optional(Text),
  role: Schema.optional(Role),
  /** Each must be there. */
  tag: several(Text),
  /** One is enough. */
  anyTag: several(Text),
  /** Each must hold. */
  where: several(MetadataConditionText)
}

const FilterQuery = Schema.Struct(filterFields)

/** What the query asks for as a `Filter`. */
export const filterOf = ({ anyTag, catalog, role, tag, type, where }: typeof FilterQuery.Type): Filter => ({
  catalog,
  entityType: type,
  role,
  tags: tag,
  anyTags: anyTag,
  metadata: where
})

/** At most so many of anything in one answer. */
export const { limit } = PageOptions.fields
