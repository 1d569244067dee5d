import { looksOf } from "../../importer/LookAlikes.ts"

/** What an identifier looks like where a zero is an O, and a one an l or I; with one dot for whatever stands between. */
export const shapeOf = (identifier: string): string =>
  (
    looksOf(identifier)
      .toLowerCase()
      .replaceAll("o", "0")
      .replace(/[il|]/gu, "1")
      .match(/[\p{L}\p{N}]+/gu) ?? []
  )
    .map((part) => part.replace(/^0+(?=\d)/u, ""))
    .join(".")

const scripts = [
  ["Cyrillic", /\p{Script=Cyrillic}/u],
  ["Greek", /\p{Script=Greek}/u]
] as const

/** A character as a person tells it from one that looks the same. */
const named = (character: string): string => {
  if (/^\d$/u.test(character)) return `the digit ${character}`
  const code = `U+${character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, "0")}`
  const script = scripts.find(([, pattern]) => pattern.test(character))?.[0]
  if (script !== undefined) return `the ${script} letter ${character} (${code})`
  return /^[A-Za-z]$/u.test(character) ? `the letter ${character}` : `the character ${character} (${code})`
}

/** What was probably meant by a text that only looks like its name, in words; blank where that cannot be said. */
export const meant = (
  written: string,
  { looksAlike, name }: { readonly looksAlike: boolean; readonly name: string }
) => {
  const apart = looksAlike ? difference(written, name) : undefined
  return apart === undefined ? "" : `: ${name} is, and ${written} ${apart}`
}

/** Which characters of an identifier only look like those of another, in words; none where that cannot be said. */
export const difference = (written: string, meant: string): string | undefined => {
  const [ours, theirs] = [[...written], [...meant]]
  if (ours.length !== theirs.length) return undefined
  const apart = ours.flatMap((one, i) => {
    const other = theirs[i] ?? ""
    return one === other || one.toLowerCase() === other.toLowerCase()
      ? []
      : [`${named(one)} where that has ${named(other)}`]
  })
  return apart.length === 0 ? undefined : `has ${[...new Set(apart)].join(", and ")}`
}
