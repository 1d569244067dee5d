import { Schema } from "effect"

const isStorable = Schema.makeFilter<string>((text) =>
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
  Schema.makeFilter((text) => (text.trim() === "" ? "text that is not blank" : undefined))
)

/** How deep JSON may be nested: SQLite reads 1000 levels, and a value beyond that would break every filter on metadata. */
const maximumDepth = 100

/** Why a JSON value cannot be stored, or undefined where it can. */
const problemOfJson = (root: Schema.Json): string | undefined => {
  const pending: Array<readonly [value: Schema.Json, depth: number]> = [[root, 0]]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const [value, depth] = next
    if (typeof value === "string") {
      if (value.includes("\0") || !value.isWellFormed()) {
        return "JSON whose texts are well-formed Unicode without NUL characters"
      }
    } else if (typeof value === "object" && value !== null) {
      if (depth === maximumDepth) return `JSON of at most ${maximumDepth} levels`
      if (!Array.isArray(value)) for (const key of Object.keys(value)) pending.push([key, depth + 1])
      for (const item of Object.values(value)) pending.push([item, depth + 1])
    }
  }
  return undefined
}

/** Any JSON value of at most 100 levels whose texts and keys are {@link Text}. */
export const JsonValue = Schema.Json.check(Schema.makeFilter(problemOfJson))
