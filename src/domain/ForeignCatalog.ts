import { Schema } from "effect"
import { CatalogId } from "./Catalog.ts"
import type { ModelInfo } from "./Embedding.ts"
import { nameOf } from "./Language.ts"
import type { Remedy } from "./Remedy.ts"

/** A catalog whose texts are mostly in a language that a model was not made for, so that they are hardly found by meaning. */
export const ForeignCatalog = Schema.Struct({
  catalog: CatalogId,
  /** As a tag, such as `de`; `und-Cyrl` where only the script is known. */
  language: Schema.String
})
export type ForeignCatalog = typeof ForeignCatalog.Type

/** Those of the catalogs that are foreign to the model; `language` is `undefined` where they may be English. */
export const foreignTo = (
  { languages }: ModelInfo,
  catalogs: ReadonlyArray<{ readonly catalog: string; readonly language: string | undefined }>
): ReadonlyArray<ForeignCatalog> =>
  catalogs.flatMap(({ catalog, language }) =>
    language === undefined || languages === undefined || languages.includes(language) ? [] : [{ catalog, language }]
  )

const list = new Intl.ListFormat("en")

/** `a-model was made for English, but texts are mostly in another language: those of bsi@1 in German. …`. */
export const problemOf = (
  foreign: ReadonlyArray<ForeignCatalog>,
  { id, languages = [] }: Pick<ModelInfo, "id" | "languages">
): string => {
  const parts = [...Map.groupBy(foreign, ({ language }) => language)].map(
    ([language, catalogs]) => `those of ${list.format(catalogs.map(({ catalog }) => catalog))} in ${nameOf(language)}`
  )
  return (
    `${id} was made for ${list.format(languages.map(nameOf))}, but texts are mostly in another language: ` +
    `${parts.join("; ")}. By meaning they are hardly found`
  )
}

/** What can be done about it. */
export const otherModel = (foreign: ReadonlyArray<ForeignCatalog>): Remedy => ({
  action: "chooseModel",
  languages: [...new Set(foreign.map(({ language }) => language))]
})
