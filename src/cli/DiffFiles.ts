/** What `diff` needs when it runs. */
export { CatalogDiff } from "../crosswalk/CatalogDiff.ts"
export { render as html } from "../crosswalk/CatalogDiffHtml.ts"
export { render as json } from "../crosswalk/CatalogDiffJson.ts"
export { render as text } from "../crosswalk/CatalogDiffText.ts"
