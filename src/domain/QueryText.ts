import { Schema } from "effect"

/** More is no query: patterns that look for words in it would run out of memory. */
const longest = 100_000

/** A text to look for: anything but white space, of at most 100,000 characters. */
export const QueryText = Schema.String.check(
  Schema.makeFilter((text) => (text.length > longest ? `a text of at most ${longest} characters` : undefined)),
  Schema.makeFilter((text) => (text.trim() === "" ? "text with at least one word" : undefined))
)
