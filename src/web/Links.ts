import { type Relation, relationKey, sourceOfKey } from "./Relations.ts"

/** Where a reference is shown. */
export const referenceLink = (uri: string): string => `/reference?uri=${encodeURIComponent(uri)}`

/** Where the references of a catalog are listed. */
export const catalogLink = (catalog: string): string => `/browse?catalog=${encodeURIComponent(catalog)}`

/** A text as an address of the web; undefined where it is another thing, such as a script. */
export const webAddress = (text: string): string | undefined => {
  const url = URL.parse(text)
  return url !== null && (url.protocol === "https:" || url.protocol === "http:") ? url.href : undefined
}

/** Where one looks for the relation of a source that is called so in the review, whatever was decided on it. */
export const soughtLink = (key: string): string | undefined => {
  const uri = sourceOfKey(key)
  return uri && `/review?show=any&uri=${encodeURIComponent(uri)}&at=${encodeURIComponent(key)}`
}

/** Where a relation is shown with all that was decided on it. */
export const reviewLink = (relation: Relation): string => soughtLink(relationKey(relation)) ?? "/review"
