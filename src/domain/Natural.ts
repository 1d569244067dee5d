/**
 * The order of a reader: `V2.2` before `V2.10`, small and capital letters and those with accents together.
 */

/**
 * How many digits follow, so that numbers compare as texts: `1`–`8` for so many, a `9` for every nine and then the rest.
 */
const lengthOf = (length: number): string => "9".repeat(Math.floor(length / 9)) + String(length % 9)

const isPlain = /^[ -~]*$/u

/** What a text is ordered by: compared by code point, two keys stand as a reader puts their texts. */
export const key = (text: string): string =>
  (isPlain.test(text) ? text : text.normalize("NFKD").replace(/\p{M}/gu, ""))
    .toLowerCase()
    .replace(/\d+/gu, (digits) => {
      const number = digits.replace(/^0+(?=\d)/u, "")
      return lengthOf(number.length) + number
    })

const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** The natural order of two texts; those that are ordered alike by their code units. */
export const compare = (a: string, b: string): number => byCodeUnit(key(a), key(b)) || byCodeUnit(a, b)
