import { createHash } from "node:crypto"

/** The namespace of our UUIDs: that of URLs in RFC 9562, as all UUIDs of version 5 need one. */
const namespace = Buffer.from("6ba7b8119dad11d180b400c04fd430c8", "hex")

/** A UUID of version 5, the same for the same text, so that the same content is exported as the same bytes. */
export const uuidOf = (...parts: ReadonlyArray<string>): string => {
  const bytes = createHash("sha1").update(namespace).update(JSON.stringify(parts)).digest()
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  const hex = bytes.toString("hex", 0, 16)
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-")
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
