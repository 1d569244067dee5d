import { Schema } from "effect"

const isStorable = Schema.makeFilter<string>(
  (text) =>
    text.includes("\0")
      ? "well-formed Unicode without NUL characters (this has a NUL)"
      : text.isWellFormed()
      ? undefined
      : "well-formed Unicode without NUL characters (this has a lone surrogate)"
)

/**
 * Text that every storage keeps unchanged: well-formed Unicode without NUL.
 *
 * SQLite would silently cut a text at NUL and replace a lone surrogate by U+FFFD, so both are refused before anything is
 * written.
 */
export const Text = Schema.String.check(isStorable)

/** {@link Text} with at least one character that is not white space. */
export const NonBlankText = Text.check(
  Schema.makeFilter((text) => text.trim() === "" ? "text that is not blank" : undefined)
)

const isStorableJson = (value: Schema.Json): boolean => {
  const pending: Array<Schema.Json> = [value]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (typeof next === "string") {
      if (next.includes("\0") || !next.isWellFormed()) return false
    } else if (Array.isArray(next)) {
      for (const item of next) pending.push(item)
    } else if (typeof next === "object" && next !== null) {
      for (const [key, item] of Object.entries(next)) pending.push(key, item)
    }
  }
  return true
}

/** Any JSON value whose texts and keys are {@link Text}. */
export const JsonValue = Schema.Json.check(
  Schema.makeFilter((value) =>
    isStorableJson(value)
      ? undefined
      : "JSON whose texts are well-formed Unicode without NUL characters"
  )
)
