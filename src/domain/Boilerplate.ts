import { Schema } from "effect"

/**
 * What the texts of a catalog share and which therefore tells nothing about one of them. It is learnt once, at import,
 * and changes only when asked to, so that a new reference makes no vector of another stale.
 */
export class Boilerplate extends Schema.Class<Boilerplate>("crosswalk/Boilerplate")({
  /** Leading words that many descriptions (or titles without one) share, such as `Verify that the`; longest first. */
  openings: Schema.Array(Schema.String),
  /** Titles are headings of groups, not names of single references. */
  titlesRepeat: Schema.Boolean
}) {}

/** Of a catalog about which nothing was learnt, and of references without a catalog. */
export const none = new Boilerplate({ openings: [], titlesRepeat: false })

/** A description's words that are looked at. */
const maximumWords = 12
/** What an opening must be shared by. A single word must open half of the texts: `Verify` may, `The` and `A` are language. */
const minimumShare = 0.1
const minimumShareOfWord = 0.5
const minimumTexts = 5
/** A catalog with fewer texts is too small to tell whether its titles repeat. */
const minimumTitles = 20

const wordsOf = (text: string) => text.split(/\s+/u, maximumWords)

/** The openings and titles that the texts of one catalog share; `description` is "" where there is none. */
export const learn = (texts: ReadonlyArray<{ readonly title: string; readonly description: string }>): Boilerplate => {
  const least = Math.max(minimumTexts, Math.ceil(texts.length * minimumShare))
  let groups: ReadonlyArray<readonly [string, ReadonlyArray<ReadonlyArray<string>>]> = [
    ["", texts.map(({ description, title }) => wordsOf(description === "" ? title : description))]
  ]
  const openings: Array<string> = []
  for (let length = 1; length <= maximumWords && groups.length > 0; length++) {
    groups = groups.flatMap(([opening, members]) => {
      const longer = new Map<string, Array<ReadonlyArray<string>>>()
      for (const words of members) {
        const word = words[length - 1]
        if (word === undefined || word === "") continue
        const same = longer.get(word)
        if (same === undefined) longer.set(word, [words])
        else same.push(words)
      }
      return [...longer]
        .filter(([, same]) => same.length >= least)
        .map(([word, same]) => [opening === "" ? word : `${opening} ${word}`, same] as const)
    })
    const common = length > 1 ? groups : groups.filter(([, same]) => same.length >= texts.length * minimumShareOfWord)
    openings.unshift(...common.map(([opening]) => opening))
  }
  const titles = texts.filter(({ description }) => description !== "").map(({ title }) => title)
  return new Boilerplate({
    openings,
    titlesRepeat: titles.length >= minimumTitles && new Set(titles).size * 2 < titles.length
  })
}

/** The text without the longest of the openings that it begins with, in whatever case; never without all its words. */
export const withoutOpening = (text: string, openings: ReadonlyArray<string>): string => {
  if (openings.length === 0) return text
  const words = /^\s*(?:\S+\s+){0,12}/u.exec(text)?.[0] ?? ""
  const beginning = words.trim().replaceAll(/\s+/gu, " ").toLowerCase()
  const opening = openings.find((opening) => `${beginning} `.startsWith(`${opening.toLowerCase()} `))
  if (opening === undefined) return text
  const rest = text.trimStart().replace(new RegExp(`^(?:\\S+\\s+){${opening.split(" ").length}}`, "u"), "")
  return /[\p{L}\p{N}]/u.test(rest) ? rest : text
}
