/**
 * What could move a terminal's cursor, change its state or hide text: C0 and C1 controls, DEL, line separators, the marks
 * that turn the direction of text, and lone surrogates.
 */
const unsafe = /[\p{Cc}\u2028\u2029\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]|\p{Cs}/gu

const escapeOne = (character: string): string => {
  switch (character) {
    case "\n":
      return "\\n"
    case "\r":
      return "\\r"
    case "\t":
      return "\\t"
    default:
      return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`
  }
}

/** Text with every character that a terminal would act on written as an escape, such as `\u001b`. */
export const escape = (text: string): string => text.replace(unsafe, escapeOne)

/** JSON of a value on one line, in which such characters are escaped too, so that it is safe on a terminal. */
export const toJson = (value: unknown): string => JSON.stringify(value).replace(unsafe, escapeOne)

/** Text that may go to a terminal: made by {@link safe} only, which escapes everything that comes from data. */
export class Safe {
  readonly #text: string
  private constructor(text: string) {
    this.#text = text
  }

  /** @internal For {@link safe} and the styles. */
  static of(text: string): Safe {
    return new Safe(text)
  }

  toString(): string {
    return this.#text
  }
}

/**
 * A template whose values are escaped, unless they are `Safe` themselves.
 *
 * @example
 * safe`${uri}: ${count} hits`
 */
export const safe = (strings: TemplateStringsArray, ...values: ReadonlyArray<Safe | string | number>): Safe =>
  Safe.of(
    strings.reduce((text, part, i) => {
      const value = values[i - 1]
      return text + (value instanceof Safe ? value.toString() : escape(String(value))) + part
    })
  )

/** Lines one below the other. */
export const joinLines = (lines: ReadonlyArray<Safe>): Safe => Safe.of(lines.join("\n"))

/** Spaces after the text up to a width in characters. */
export const padEnd = (text: string, width: number): Safe => Safe.of(escape(text).padEnd(width))

/** The text on one line, white space drawn together, cut with an ellipsis to at most `width` characters. */
export const oneLine = (text: string, width: number): Safe => {
  const line = escape(text.trim().replace(/\s+/gu, " "))
  const characters = [...line]
  return Safe.of(characters.length <= width ? line : `${characters.slice(0, Math.max(1, width - 1)).join("")}…`)
}

/** The text broken at spaces into lines of at most `width` characters, its own line ends kept. */
export const wrap = (text: string, width: number): ReadonlyArray<Safe> =>
  text.split(/\r?\n/u).flatMap((paragraph) => {
    const lines: Array<string> = []
    let line = ""
    for (const word of escape(paragraph).split(/ +/u)) {
      if (line !== "" && line.length + 1 + word.length > width) {
        lines.push(line)
        line = word
      } else {
        line = line === "" ? word : `${line} ${word}`
      }
    }
    return [...lines, line].map(Safe.of)
  })
