/** Words as they are compared: without case, and English words without the most frequent endings. */
export const words = (text: string): ReadonlyArray<string> =>
  Array.from(text.toLowerCase().matchAll(/[\p{L}\p{N}\p{M}]+/gu), ([word]) => stem(word))

const stem = (word: string): string => {
  const singular =
    word.length > 3
      ? word
          .replace(/ies$/u, "y")
          .replace(/sses$/u, "ss")
          .replace(/([^s])s$/u, "$1")
      : word
  const base = singular.length > 5 ? singular.replace(/(?:ing|ed)$/u, "") : singular
  return base.replace(/e$/u, "")
}

/**
 * All runs of three characters of each word, a space on either side of it counted: `key` has ` ke`, `key` and `ey `. They
 * find what words miss: other endings, compounds, misspellings, scripts without spaces.
 */
export const trigrams = (text: string): ReadonlyArray<string> => {
  const found: Array<string> = []
  for (const [word] of text.toLowerCase().matchAll(/[\p{L}\p{N}]+/gu)) {
    const padded = [" ", ...word, " "]
    for (let i = 0; i + 3 <= padded.length; i++) found.push(`${padded[i]}${padded[i + 1]}${padded[i + 2]}`)
  }
  return found
}
