/** Runs of up to four Latin letters, up to two digits, up to four spaces, any other character. */
const pieces = /[A-Za-z]{1,4}|\d{1,2}|[ \n]{1,4}|[^A-Za-z\d \n]/gu

/**
 * How many tokens a text is for a language model, rather too many than too few: models cut texts differently, and none of the
 * common ones makes more of English, identifiers or numbers. What is not ASCII counts as half of its bytes in UTF-8.
 */
export const tokens = (text: string): number => {
  let count = 0
  for (const [piece] of text.matchAll(pieces)) count += weightOf(piece)
  return Math.ceil(count)
}

const weightOf = (piece: string): number => {
  const code = piece.codePointAt(0) ?? 0
  return code < 0x800 ? 1 : code < 0x10000 ? 1.5 : 2
}

/** As much of the beginning of a text as is not more than so many tokens. */
const beginningOf = (text: string, room: number): string => {
  let count = 0
  for (const { 0: piece, index } of text.matchAll(pieces)) {
    count += weightOf(piece)
    if (count > room) return text.slice(0, index)
  }
  return text
}

/** The same as it stands in JSON, where quotes and line breaks are longer. */
export const beginning = (text: string, room: number): string => {
  let begun = beginningOf(text, room)
  for (let length = tokensOf(begun); length > room + 2; length = tokensOf(begun)) {
    begun = beginningOf(begun, Math.floor((tokens(begun) * room) / length) - 1)
  }
  return begun
}

/** How many tokens a value is as JSON. */
export const tokensOf = (value: unknown): number => tokens(JSON.stringify(value) ?? "")

/** The beginning of a text with `…` where it goes on, never half of a character. */
export const snippet = (text: string, length: number): string => {
  if (text.length <= length) return text
  const cut = text.slice(0, length)
  return `${cut.isWellFormed() ? cut : cut.slice(0, -1)}…`
}

/** How long the beginning of a text is that a list shows, in characters. */
export const snippetLength = 300

/** As many of the values as fit, but one at least, so that who asks for the rest comes to an end. */
export const fit = <A>(values: ReadonlyArray<A>, room: number): ReadonlyArray<A> => {
  let used = 0
  for (const [i, value] of values.entries()) {
    used += tokensOf(value) + 1
    if (used > room && i > 0) return values.slice(0, i)
  }
  return values
}

/** A number as an answer shows it: a score needs no more than three digits. */
export const rounded = (value: number): number => Math.round(value * 1000) / 1000
