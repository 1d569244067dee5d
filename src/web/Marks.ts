/**
 * Which words of a text are those of a query, for marking. A word is compared by its beginning, as the keyword index does it
 * about: `passwords` is marked for `password`, `hashing` for `hashed`.
 *
 * @module
 */

const words = /[\p{L}\p{N}]+(?:['’][\p{L}]+)?/gu

const endings = /(?:ations?|ings?|ies|ied|ers?|ed|es|s|e|y)$/u

/** What a word is compared by. */
const stemOf = (word: string): string => {
  const plain = word.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase()
  const stem = plain.replace(endings, "")
  return stem.length < 3 ? plain : stem.replace(/(\p{L})\1$/u, "$1")
}

/** Words that say nothing of what somebody looks for. */
const little = new Set(
  "a an and are as at be by can for from has have in is it its not of on or that the this to was with".split(" ")
)

/** A piece of a text, and whether it is one of the words. */
export interface Piece {
  readonly text: string
  readonly isMarked: boolean
}

/** The stems of a query's words that say something; all where none does. */
export const stemsOf = (query: string): ReadonlySet<string> => {
  const all = [...query.matchAll(words)].map(([word]) => word)
  const telling = all.filter((word) => !little.has(word.toLowerCase()))
  return new Set((telling.length === 0 ? all : telling).map(stemOf))
}

/** A text in pieces, in order and without loss. */
export const piecesOf = (text: string, stems: ReadonlySet<string>): ReadonlyArray<Piece> => {
  if (stems.size === 0) return [{ text, isMarked: false }]
  const pieces: Array<Piece> = []
  let end = 0
  for (const match of text.matchAll(words)) {
    if (!stems.has(stemOf(match[0]))) continue
    if (match.index > end) pieces.push({ text: text.slice(end, match.index), isMarked: false })
    end = match.index + match[0].length
    pieces.push({ text: match[0], isMarked: true })
  }
  if (end < text.length) pieces.push({ text: text.slice(end), isMarked: false })
  return pieces
}
