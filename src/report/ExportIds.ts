import { createHash } from "node:crypto"

/** A UUID that is the same for the same text, so that the same content is exported as the same bytes. */
export const uuidOf = (...parts: ReadonlyArray<string>): string => {
  const hex = createHash("sha256").update(JSON.stringify(parts)).digest("hex")
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 3) | 8).toString(16)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/** The name and the version of a catalog. */
export const partsOf = (catalog: string): { readonly name: string; readonly version: string } => {
  const [name = catalog, version = "unversioned"] = catalog.split("@")
  return { name, version }
}

const isToken = (text: string): boolean => /^[\p{L}_][\p{L}\p{N}._-]*$/u.test(text)

/** An identifier as OSCAL allows it: itself where it is a token, else its letters and digits and a mark of its own. */
export const tokenOf = (id: string): string =>
  isToken(id) ? id : `_${id.replace(/[^\p{L}\p{N}._-]+/gu, "-")}-${uuidOf(id).slice(0, 8)}`
