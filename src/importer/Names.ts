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

/** The longest name that a title is taken for as it is, in characters. */
const longestName = 40

/** Words that say nothing of which document it is. */
const fillers = /\b(?:electronic version of|version of|the|an?|of|for|and|with|its|controls?|catalogue?s?)\b/giu

/** A short name for a title: without what other titles say too, and where it is still long without its middle. */
const shortOf = (title: string): string => {
  const whole = slugOf(title)
  if (whole.length <= longestName) return whole
  const words = title
    .replace(/\bspecial publication\b/giu, "SP")
    .replace(fillers, " ")
    .split(/\s+/u)
    .map(slugOf)
    .filter((word) => word !== "")
  const name = words.join("-")
  return name.length <= longestName || words.length <= 6 ? name : [...words.slice(0, 3), ...words.slice(-3)].join("-")
}

/**
 * The catalog of a document that has a title and a version: `asvs@5.0.0` for `Application Security Verification Standard
 * (ASVS)` and `5.0.0`. A version in the title is left out, long titles are shortened, and of a time the day is taken.
 */
export const catalogNamed = (title: string, version: string | undefined): string => {
  const short = /\(([\p{L}\p{N}][\p{L}\p{N}_.-]*)\)\s*$/u.exec(title)?.[1]
  const name =
    short === undefined
      ? shortOf(title.replace(/\b(?:revision|version|release|rev|ver|v)\.?\s*\d[\w.]*/giu, " "))
      : slugOf(short)
  const number = (version?.trim() ?? "").replace(/^(\d{4}-\d{2}-\d{2})[T ]\d{2}:.*$/u, "$1").replace(/[\s@]+/gu, "-")
  return number === "" ? name : `${name}@${number}`
}
