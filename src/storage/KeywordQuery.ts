/** At most this many words of a query are looked for; the others would only make it slower. */
const maximumWords = 64

/**
 * A query in the words of FTS5 that is never a syntax error: each word quoted, joined by OR. Undefined where the text
 * has no word (only punctuation or emoji).
 */
export const matchOf = (text: string): string | undefined => {
  const words = new Set<string>()
  for (const [word] of text.matchAll(/[\p{L}\p{N}\p{M}]+/gu)) {
    words.add(`"${word}"`)
    if (words.size === maximumWords) break
  }
  return words.size === 0 ? undefined : [...words].join(" OR ")
}
