/** What `diff` needs when it runs. */
export { CatalogDiff } from "../crosswalk/CatalogDiff.ts"
export { render as html } from "../report/CatalogDiffHtml.ts"
export { render as json } from "../report/CatalogDiffJson.ts"
export { render as text } from "../report/CatalogDiffText.ts"
