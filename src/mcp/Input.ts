import { Schema } from "effect"
import { CatalogId } from "../domain/Catalog.ts"
import type { Filter } from "../domain/Filter.ts"
import { MetadataConditionText } from "../domain/MetadataCondition.ts"
import { Role } from "../domain/Role.ts"
import { NonBlankText, Text } from "../domain/Text.ts"

/** An argument that may be left out, with what a language model is told of it. */
export const said = <S extends Schema.Top>(schema: S, description: string) =>
  Schema.optionalKey(schema).annotateKey({ description })

/** An argument that is needed. */
export const needed = <S extends Schema.Top>(schema: S, description: string) => schema.annotateKey({ description })

export const cursor = said(
  Schema.String,
  "Go on with an earlier answer: its nextCursor, with all other arguments as they were"
)

/** At most so many in one answer. */
export const limitOf = (most: number, usual: number) =>
  said(
    Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: most })),
    `At most so many in one answer, 1 to ${most}. Default: ${usual}`
  )

const example = "name@version as list_catalogs gives it, such as asvs@5.0.0"

/** A catalog that may be left out, or is needed. */
export const catalogOf = (what: string) => `${what}: ${example}`
export const catalog = (what: string) => needed(CatalogId, catalogOf(what))

/** Whether something is written: not until somebody has seen what would be. */
export const dryRun = said(
  Schema.Boolean,
  "Only say what would change, and write nothing. Default: true; use false after the user has agreed to what that said"
)

/** The name of one reference. */
export const id = needed(
  NonBlankText,
  "The id of a result, which is the URI of a reference; or its identifier or label, such as AC-2(5)"
)

const several = <S extends Schema.Top>(schema: S) => Schema.Array(schema).check(Schema.isMaxLength(100))

/** Which references are looked at. */
export const filterFields = {
  catalog: said(CatalogId, catalogOf("Only references of this catalog")),
  type: said(Text, "Only references of this type, such as requirement or control"),
  role: said(Role, "Only references of this role; headings only group others"),
  tags: said(several(Text), "Only references with all of these tags"),
  level: said(Text, "Only what a level asks for: 2 means levels 1 and 2; or a group that references list, such as IG1"),
  where: said(
    several(MetadataConditionText),
    "Only references whose metadata fulfils all of these conditions, such as owner.team=platform or level>=2"
  )
}

/** Which requirements of a catalog count that is named otherwise. */
const { catalog: _catalog, role: _role, ...requirementFields } = filterFields
export { requirementFields }

const RequirementInput = Schema.Struct(requirementFields)

/** The same as a `RequirementFilter`; nothing where nothing is asked for, so that all count. */
export const requirementFilterOf = ({ level, tags, type, where }: typeof RequirementInput.Type) =>
  level === undefined && tags === undefined && type === undefined && where === undefined
    ? undefined
    : { entityType: type, level, tags, metadata: where }

const FilterInput = Schema.Struct(filterFields)

/** What is asked for as a `Filter`. */
export const filterOf = ({ catalog, level, role, tags, type, where }: typeof FilterInput.Type): Filter => ({
  catalog,
  entityType: type,
  level,
  role,
  tags,
  metadata: where
})
