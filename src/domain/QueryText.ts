import { Schema } from "effect"

/** A text to look for; anything but white space. */
export const QueryText = Schema.String.check(
  Schema.makeFilter((text) => (text.trim() === "" ? "text with at least one word" : undefined))
)
