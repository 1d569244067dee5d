/**
 * Identifiers as people write them: `AC-2(5)`, `V6.2.1`, `R-007`. What a source writes is kept; how two are compared is a
 * normal form.
 */

/** A text that is clean already, as most are: without space at its ends or two in a row, in ASCII. */
const isPlain = /^[!-~]+(?: [!-~]+)*$/u

/** Characters that nobody sees: soft hyphens, zero-width spaces and joiners, direction marks, variation selectors. */
const invisible = /\p{Default_Ignorable_Code_Point}/gu

/** Hyphens that look like the one on the keyboard: hyphen, non-breaking hyphen, minus, full width. */
const hyphens = /[\u2010\u2011\u2212\uFE63\uFF0D]/gu

/**
 * An identifier as its reader sees it: in composed Unicode (NFC), without invisible characters, with ordinary hyphens and
 * single spaces.
 */
export const clean = (text: string): string =>
  isPlain.test(text)
    ? text
    : text.normalize("NFC").replace(invisible, "").replace(hyphens, "-").replace(/\s+/gu, " ").trim()

/** So much of an identifier is compared, in characters: a pattern cannot take a word of megabytes. */
const compared = 100_000

/**
 * What two ways of writing one identifier share: letters in lower case and numbers without leading zeros, joined by dots.
 * `AC-2(5)`, `ac-2.5` and `AC-02(05)` all are `ac.2.5`. Empty where there is neither letter nor digit.
 */
export const normal = (text: string): string =>
  (
    clean(text.slice(0, compared))
      .normalize("NFKC")
      .toLowerCase()
      .match(/\p{L}+|\p{N}+/gu) ?? []
  )
    .map((part) => part.replace(/^0+(?=\d)/u, ""))
    .join(".")

/** The identifier that a URI holds behind the name of its catalog: `V1.2.3` of `asvs:5.0.0/V1.2.3` in `asvs@5.0.0`. */
export const ofUri = (uri: string, catalog: string): string | undefined => {
  const [name, version] = catalog.split("@")
  const prefix = version === undefined ? `${name}:` : `${name}:${version}/`
  return uri.startsWith(prefix) ? clean(uri.slice(prefix.length)) || undefined : undefined
}
