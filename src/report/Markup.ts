/** What XML cannot say at all, not even as an entity. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is meant
const unspeakable = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
  "\t": "&#9;",
  "\n": "&#10;",
  "\r": "&#13;"
}

/** Text for the content or a quoted attribute of HTML, SVG or XML. */
export const escape = (text: string): string =>
  text.replace(unspeakable, "\uFFFD").replace(/[&<>"']/gu, (character) => entities[character] ?? character)

/** Text for a quoted attribute in which line ends are kept. */
export const escapeAttribute = (text: string): string =>
  escape(text).replace(/[\t\n\r]/gu, (character) => entities[character] ?? character)

/** Text for one line of Markdown, such as a cell of a table. */
export const escapeMarkdown = (text: string): string =>
  text
    .replace(/\s+/gu, " ")
    .trim()
    .replace(/[\\`*_[\]|~#]/gu, (character) => `\\${character}`)
    .replace(/[&<>]/gu, (character) => entities[character] ?? character)

/** A part of markup: what is put into a template that is not itself `Markup` is escaped. */
export class Markup {
  readonly #text: string
  private constructor(text: string) {
    this.#text = text
  }

  /** @internal */
  static of(text: string): Markup {
    return new Markup(text)
  }

  toString(): string {
    return this.#text
  }
}

type Value = Markup | string | number | ReadonlyArray<Markup>

const valueOf = (value: Value | undefined): string =>
  value === undefined
    ? ""
    : value instanceof Markup || Array.isArray(value)
      ? Array.isArray(value)
        ? value.join("")
        : String(value)
      : escapeAttribute(String(value))

/**
 * A template of HTML, SVG or XML whose values are escaped, unless they are `Markup` or a list of it.
 *
 * @example
 * markup`<td title="${title}">${count}</td>`
 */
export const markup = (strings: TemplateStringsArray, ...values: ReadonlyArray<Value>): Markup =>
  Markup.of(strings.reduce((text, part, i) => text + valueOf(values[i - 1]) + part))
