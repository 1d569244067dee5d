/** Where a reference is shown. */
export const referenceLink = (uri: string): string => `/reference?uri=${encodeURIComponent(uri)}`

/** Where the references of a catalog are listed. */
export const catalogLink = (catalog: string): string => `/browse?catalog=${encodeURIComponent(catalog)}`

/** A text as an address of the web; undefined where it is another thing, such as a script. */
export const webAddress = (text: string): string | undefined => {
  const url = URL.parse(text)
  return url !== null && (url.protocol === "https:" || url.protocol === "http:") ? url.href : undefined
}
