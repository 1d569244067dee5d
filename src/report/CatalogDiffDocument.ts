import type { CatalogChanges } from "../domain/Change.ts"
import * as CatalogDiffHtml from "./CatalogDiffHtml.ts"
import * as CatalogDiffJson from "./CatalogDiffJson.ts"
import * as CatalogDiffMarkdown from "./CatalogDiffMarkdown.ts"
import * as CatalogDiffText from "./CatalogDiffText.ts"
import { endingOf } from "./Ending.ts"

export type { TextOptions } from "./CatalogDiffText.ts"

/** What the changes of a catalog can be written as. */
export const formats = ["text", "json", "html", "markdown"] as const
export type CatalogDiffFormat = (typeof formats)[number]

/** The formats of files by their endings. */
export const endings: Readonly<Record<string, CatalogDiffFormat>> = {
  html: "html",
  json: "json",
  md: "markdown",
  markdown: "markdown",
  txt: "text"
}

/** The format of a file, told by its ending: text where it has none, undefined where it is another. */
export const formatOf = (path: string): CatalogDiffFormat | undefined => {
  const ending = endingOf(path)
  return ending === "" ? "text" : new Map(Object.entries(endings)).get(ending)
}

/**
 * The changes of a catalog as a document. The options are those of `text`; `markdown` takes `unchanged` of them.
 *
 * @example
 * import { Effect } from "effect"
 * import { CatalogDiff, CatalogDiffDocument } from "crosswalk"
 *
 * const page = Effect.gen(function*() {
 *   const { diff } = yield* CatalogDiff
 *   return CatalogDiffDocument.render(yield* diff({ before: "asvs@4.0.3", after: "asvs@5.0.0" }), "html")
 * })
 */
export const render = (
  changes: CatalogChanges,
  format: CatalogDiffFormat,
  options?: CatalogDiffText.TextOptions
): string => {
  switch (format) {
    case "text":
      return CatalogDiffText.render(changes, options)
    case "json":
      return CatalogDiffJson.render(changes)
    case "html":
      return CatalogDiffHtml.render(changes)
    case "markdown":
      return CatalogDiffMarkdown.render(changes, options)
  }
}
