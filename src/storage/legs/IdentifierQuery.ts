import * as Identifier from "../../domain/Identifier.ts"

/** What a query may call references by. */
export interface Names {
  /** Normal forms of which a reference has one as its identifier or its label. */
  readonly exact: ReadonlyArray<string>
  /** A normal form that identifiers begin with, where the query is the beginning of one; before {@link exact}. */
  readonly prefix?: string | undefined
}

/** At most so many words of a query are looked up, of at most so many characters each. */
const maximumWords = 100
const maximumLength = 200

/** What stands around a word in a sentence. A closing bracket stays where it closes one of the word. */
const around = /^[\p{P}\p{S}]+|[^\p{L}\p{N}\p{M})\]]+$/gu

const bare = (word: string): string => {
  const text = word.replace(around, "")
  return /[([]/u.test(text) ? text : text.replace(/[)\]]+$/u, "").replace(around, "")
}

/**
 * Whether a word of a longer text is written like an identifier: with a digit, and a letter (`R-10`) or two points at least
 * (`8.3.6`). A number alone is one of anything (`top 10`, `TLS 1.2`).
 */
const isTelling = (normal: string): boolean => {
  const parts = normal.split(".")
  return /\p{N}/u.test(normal) && (/\p{L}/u.test(normal) ? parts.length > 1 : parts.length > 2)
}

/** `AC-2 (5)` as one word. */
const joined = (query: string): string => query.replace(/(?<=[\p{L}\p{N}])\s+(?=\(\p{N}+\))/gu, "")

/** The words of a text, and each abbreviation with the number behind it, as in `CWE 79`. */
const wordsOf = (query: string): ReadonlyArray<string> => {
  const words = joined(query)
    .split(/\s+/u)
    .filter((word) => word.length <= maximumLength)
    .slice(0, maximumWords)
    .map(bare)
  return words.flatMap((word, i) => {
    const next = words[i + 1] ?? ""
    return /^\p{Lu}{2,}$/u.test(word) && /^\p{N}/u.test(next) ? [word, `${word} ${next}`] : [word]
  })
}

/**
 * The identifiers that a query may hold: as a whole, or as words written like one; whether there are any is for the store
 * to say. Punctuation, case and padding do not count.
 *
 * @example
 * namesOf("AC-02(05)") // { exact: ["ac.2.5"] }
 * namesOf("what does CWE-79 ask of the top 10") // { exact: ["cwe.79"] }
 * namesOf("V6.2.") // { exact: ["v.6.2"], prefix: "v.6.2." }
 */
export const namesOf = (query: string): Names => {
  const text = Identifier.clean(query)
  const whole = Identifier.normal(text)
  const isOneWord = !text.includes(" ")
  const isName = /\p{N}/u.test(whole) || (isOneWord && /[\p{L}\p{N}][-_./:]+[\p{L}\p{N}]/u.test(text))
  const words = wordsOf(text).map(Identifier.normal).filter(isTelling)
  const isBeginning =
    isOneWord && whole !== "" && (/[-_:/]$/u.test(text) || (/[.(]$/u.test(text) && /\p{N}/u.test(text)))
  return {
    exact: [...new Set([...(isName ? [whole] : []), ...words])],
    ...(isBeginning && { prefix: `${whole}.` })
  }
}
