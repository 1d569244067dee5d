import type { MarkedText, TextPiece } from "../domain/MarkedText.ts"
import type { Reference } from "../domain/Reference.ts"
import { words } from "./Terms.ts"

/** Words that say nothing about what a text is about. */
const small = new Set(
  words(
    "a about all also an and any are as at be been being but by can could do does each for from had has have if in into " +
      "is it its may must no not of on only or other shall should so some such than that the their them then there " +
      "these they this those to using verify was were when where whether which while will with would"
  )
)

const terms = (text: string): ReadonlySet<string> => new Set(words(text).filter((word) => !small.has(word)))

/**
 * A text in pieces that put together are the text again. Words that the other text has too are marked, whatever their
 * case and the most frequent English endings; small words such as `the` are not.
 */
export const pieces = (text: string, other: string): ReadonlyArray<TextPiece> => {
  const known = terms(other)
  const found: Array<TextPiece> = []
  let end = 0
  for (const { 0: word, index } of text.matchAll(/[\p{L}\p{N}\p{M}]+/gu)) {
    const [term = ""] = words(word)
    if (!known.has(term)) continue
    if (index > end) found.push({ text: text.slice(end, index), common: false })
    found.push({ text: word, common: true })
    end = index + word.length
  }
  if (end < text.length) found.push({ text: text.slice(end), common: false })
  return found
}

/** All texts of a side. */
export const textOf = (side: ReadonlyArray<Reference>): string =>
  side.map(({ description, title }) => `${title}\n${description ?? ""}`).join("\n")

/** The texts of a side in pieces, with the words marked that the other side has too. */
export const marked = (side: ReadonlyArray<Reference>, other: ReadonlyArray<Reference>): ReadonlyArray<MarkedText> => {
  const text = textOf(other)
  return side.map(({ description = "", title, uri }) => ({
    uri,
    title: pieces(title, text),
    description: pieces(description, text)
  }))
}
