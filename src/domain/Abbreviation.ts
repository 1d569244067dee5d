/** A short form, and what a text says that it stands for. */
export interface Abbreviation {
  /** As it is written, without the `s` of a plural. */
  readonly short: string
  readonly long: string
}

/** What is looked at of a text in brackets, and before it. */
const maximumInside = 120
const maximumBefore = 160

const bracketed = new RegExp(String.raw`\(([^()]{2,${maximumInside}})\)`, "gu")

/** Two to ten characters in one word, at least two of them capitals, or a capital and a digit. */
const isShort = (text: string): boolean =>
  /^[\p{L}\p{N}][\p{L}\p{N}\-./&]{1,9}$/u.test(text) && /\p{Lu}.*\p{Lu}|\p{Lu}.*\p{N}|\p{N}.*\p{Lu}/u.test(text)

const singular = (short: string): string => (/\p{Lu}['’]?s$/u.test(short) ? short.replace(/['’]?s$/u, "") : short)

const isLetter = (character: string | undefined) => character !== undefined && /[\p{L}\p{N}]/u.test(character)

/**
 * Where the long form of a short one begins in a text that ends with it: from the end, each character of the short form is
 * looked for in the text, and the first must begin a word.
 */
const beginningOf = (short: string, text: string): number | undefined => {
  let at = text.length - 1
  for (let i = short.length - 1; i >= 0; i--) {
    const wanted = short[i]?.toLowerCase()
    if (!isLetter(wanted)) continue
    while (at >= 0 && (text[at]?.toLowerCase() !== wanted || (i === 0 && isLetter(text[at - 1])))) at--
    if (at < 0) return undefined
    at--
  }
  return at + 1
}

const wordsOf = (text: string): ReadonlyArray<string> => text.match(/[\p{L}\p{N}\p{M}]+/gu) ?? []

/** The long form that a text ends with. */
const longFormOf = (short: string, before: string): string | undefined => {
  const sentence =
    before
      .slice(-maximumBefore)
      .split(/[.;:!?()[\]"“”]|\n\s*\n/u)
      .at(-1) ?? ""
  const begins = beginningOf(short, sentence.trimEnd())
  if (begins === undefined) return undefined
  const long = sentence.slice(begins).replaceAll(/\s+/gu, " ").trim()
  const words = wordsOf(long)
  const isTooLong = words.length > Math.min(short.length + 5, 2 * short.length)
  return isTooLong || words.length < 2 || words.includes(short) ? undefined : long
}

/**
 * The abbreviations that a text explains: `multi-factor authentication (MFA)` and `MFA (multi-factor authentication)`, by the
 * algorithm of Schwartz and Hearst, "A simple algorithm for identifying abbreviation definitions in biomedical text" (PSB 2003).
 * A short form has at least two capitals, or one and a digit; a long form has at least two words.
 *
 * @example
 * abbreviationsOf("Use multi-factor authentication (MFA).") // [{ short: "MFA", long: "multi-factor authentication" }]
 */
export const abbreviationsOf = (text: string): ReadonlyArray<Abbreviation> => {
  if (!text.includes("(")) return []
  return [...text.matchAll(bracketed)].flatMap((match): ReadonlyArray<Abbreviation> => {
    const inside = (match[1]?.split(/[,;:]/u)[0] ?? "").trim()
    const before = text.slice(Math.max(0, match.index - maximumBefore), match.index).trimEnd()
    const inBrackets = singular(inside)
    if (isShort(inBrackets)) {
      const long = longFormOf(inBrackets, before)
      return long === undefined ? [] : [{ short: inBrackets, long }]
    }
    const short = singular(before.split(/\s/u).at(-1) ?? "")
    const long = isShort(short) ? longFormOf(short, inside) : undefined
    return long === undefined || long !== inside.replaceAll(/\s+/gu, " ") ? [] : [{ short, long }]
  })
}

const folded = (text: string): string => text.normalize("NFKC").toLowerCase()

/** Without what makes the last word a plural. */
const keyOfLetters = (letters: string): string =>
  letters.length < 4 ? letters : letters.replace(/ies$/u, "y").replace(/(?<=[^s])s$/u, "")

/** What forms are compared by: letters and digits in lower case, without what makes the last word a plural. */
export const keyOf = (form: string): string => keyOfLetters(wordsOf(folded(form)).join(""))

/** So many words of a query are looked at, and so many words make a long form. */
const maximumWords = 40
const maximumLongForm = 8

/** What a query may hold of abbreviations; whether it is any is for the store to say. */
export interface Forms {
  /** Words that may be short forms; `isWritten` where capitals say so, else only a word that no text writes small is one. */
  readonly shorts: ReadonlyArray<{ readonly key: string; readonly at: number; readonly isWritten: boolean }>
  /** Runs of words that may be long forms; the longest first. */
  readonly longs: ReadonlyArray<{ readonly key: string; readonly at: number; readonly length: number }>
}

/**
 * The forms that a query may hold, without what stands in quotation marks, and without short forms that it explains itself.
 * `at` is the place of the word, or of the first of them.
 */
export const formsOf = (query: string): Forms => {
  const explained = new Set(abbreviationsOf(query).map(({ short }) => keyOf(short)))
  const shorts: Array<Forms["shorts"][number]> = []
  const words: Array<string> = []
  for (const part of query.split(/"[^"]*"|“[^”]*”|„[^“”]*[“”]/u)) {
    for (const [token] of part.matchAll(/[\p{L}\p{N}\p{M}]+(?:[-.&][\p{L}\p{N}\p{M}]+)*/gu)) {
      if (words.length >= maximumWords) break
      const word = singular(token)
      const isWritten = isShort(word)
      const key = isWritten ? keyOf(word) : folded(word)
      if (!explained.has(key)) shorts.push({ key, at: words.length, isWritten })
      words.push(...wordsOf(folded(token)))
    }
    // No long form goes on behind a quotation.
    words.push("")
  }
  const longs = words.flatMap((first, at) => {
    const runs: Array<Forms["longs"][number]> = []
    let letters = first
    for (let length = 2; length <= maximumLongForm && letters !== ""; length++) {
      const next = words[at + length - 1] ?? ""
      if (next === "") break
      letters += next
      runs.push({ key: keyOfLetters(letters), at, length })
    }
    return runs
  })
  return { shorts, longs: longs.toSorted((a, b) => b.length - a.length) }
}
