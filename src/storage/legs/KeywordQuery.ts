/** Where a term is looked for: the word index, the trigram index, or, too short for both, texts that may have it. */
export type TermIndex = "words" | "trigrams" | "texts"

/** One thing that a query looks for. */
export interface Term {
  readonly index: TermIndex
  /** A phrase of FTS5, which is never a syntax error; for `texts` the characters themselves. */
  readonly match: string
}

/** At most this many terms of a query are looked for; the others would only make it slower. */
const maximumTerms = 200

/** Letters of scripts that put no spaces between words, or glue particles to them as Korean does. */
const glued = String.raw`[[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Hang}\p{sc=Thai}\p{sc=Laoo}\p{sc=Khmr}\p{sc=Mymr}ー々]&&[\p{L}\p{M}]]`

/** A run of such letters, or else a word, with a star behind it where it is the beginning of one. */
const runs = new RegExp(String.raw`(${glued}+)|([[\p{L}\p{N}\p{M}]--${glued}]+)(\*?)`, "gv")

/** A run of katakana is one word, which dictionaries do not know; the rest is cut by one. */
const katakana = /([\p{sc=Katakana}ー]+)/u
const segmenter = new Intl.Segmenter("ja", { granularity: "word" })

/** The terms of a run without spaces: the trigrams of its words; words of two letters, or of one ideograph, as they are. */
const gluedTerms = (run: string): Array<Term> =>
  run
    .split(katakana)
    .flatMap((part) => (katakana.test(part) ? [part] : [...segmenter.segment(part)].map(({ segment }) => segment)))
    .flatMap((word): Array<Term> => {
      const letters = [...word]
      if (letters.length > 2) {
        return letters.slice(2).map((_, i) => ({ index: "trigrams", match: `"${letters.slice(i, i + 3).join("")}"` }))
      }
      return letters.length === 2 || /^\p{sc=Han}$/u.test(word) ? [{ index: "texts", match: word }] : []
    })

/**
 * What a query looks for: its words, `passw*` as the beginning of one. Every text is a valid query; one of punctuation
 * or emoji alone has no terms.
 *
 * @example
 * termsOf("hash passw*") // [{ index: "words", match: '"hash"' }, { index: "words", match: '"passw"*' }]
 * termsOf("鍵の管理") // [{ index: "texts", match: "鍵" }, { index: "texts", match: "管理" }]
 */
export const termsOf = (text: string): ReadonlyArray<Term> => {
  const terms = new Map<string, Term>()
  for (const [, run, word, star] of text.matchAll(runs)) {
    const found: ReadonlyArray<Term> =
      run === undefined ? [{ index: "words", match: `"${word?.toLowerCase()}"${star}` }] : gluedTerms(run)
    for (const term of found) {
      terms.set(`${term.index} ${term.match}`, term)
      if (terms.size === maximumTerms) return [...terms.values()]
    }
  }
  return [...terms.values()]
}
