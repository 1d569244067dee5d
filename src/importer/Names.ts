/** Whether a source is an http or https URL. */
export const isUrl = (source: string): boolean => /^https?:\/\//iu.test(source)

const decoded = (path: string): string => {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

/** The last part of the path of a file or URL. */
export const fileName = (source: string): string => {
  const path = isUrl(source) && URL.canParse(source) ? decoded(new URL(source).pathname) : source
  return path.split(/[\\/]/u).at(-1) ?? ""
}

/** The extension of a file or URL in small letters and without the point; blank where there is none. */
export const extensionOf = (source: string): string =>
  /[^.]\.([^.]+)$/u.exec(fileName(source))?.[1]?.toLowerCase() ?? ""

/** Whether the name of a source leaves open what it is, so that only its content tells. */
export const isUntold = (source: string): boolean => ["", "txt", "text"].includes(extensionOf(source))

/** Letters and digits in small letters, with hyphens between the words. */
export const slugOf = (text: string): string =>
  text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-+|-+$/gu, "")

/**
 * The catalog of a document that has a title and a version: `asvs@5.0.0` for `Application Security Verification Standard
 * (ASVS)` and `5.0.0`. A version in the title is left out.
 */
export const catalogNamed = (title: string, version: string | undefined): string => {
  const short = /\(([\p{L}\p{N}][\p{L}\p{N}_.-]*)\)\s*$/u.exec(title)?.[1]
  const name = slugOf(short ?? title.replace(/\b(?:revision|version|release|rev|ver|v)\.?\s*\d[\w.]*/giu, " "))
  const number = version?.trim().replace(/[\s@]+/gu, "-") ?? ""
  return number === "" ? name : `${name}@${number}`
}
