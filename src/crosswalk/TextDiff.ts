import { TextDiff } from "effect"
import type { TextChange } from "../domain/Change.ts"

/** Texts that differ in more words than this are compared coarsely beyond it, so that time stays bounded. */
const maximumEdits = 500

const tokens = (text: string): ReadonlyArray<string> =>
  text.match(/[\p{L}\p{N}\p{M}]+|\s+|[^\p{L}\p{N}\p{M}\s]/gu) ?? []

const operations = { Equal: "equal", Insert: "insert", Delete: "delete" } as const

/**
 * The differences of two texts, word by word. What is not inserted adds up to the first text, what is not deleted to the
 * second.
 *
 * @example
 * words("at least 10 characters", "at least 12 characters")
 * // [equal "at least ", delete "10", insert "12", equal " characters"]
 */
export const words = (before: string, after: string): ReadonlyArray<TextChange> =>
  join(
    TextDiff.diff(tokens(before), tokens(after), { maxEdits: maximumEdits }).map((edit) => ({
      operation: operations[edit._tag],
      text: edit.items.join("")
    }))
  )

/**
 * A single space or comma that stays between two changed words tells nothing and makes the difference hard to read: it
 * becomes part of both.
 */
const join = (changes: ReadonlyArray<TextChange>): ReadonlyArray<TextChange> => {
  const joined: Array<{ deleted: string; inserted: string } | string> = []
  const pair = () => {
    const last = joined.at(-1)
    if (typeof last === "object") return last
    const next = { deleted: "", inserted: "" }
    joined.push(next)
    return next
  }
  changes.forEach(({ operation, text }, i) => {
    if (operation === "delete") pair().deleted += text
    else if (operation === "insert") pair().inserted += text
    else if (i > 0 && i < changes.length - 1 && !/[\p{L}\p{N}]/u.test(text)) {
      const both = pair()
      both.deleted += text
      both.inserted += text
    } else joined.push(text)
  })
  return joined.flatMap(
    (part): ReadonlyArray<TextChange> =>
      typeof part === "string"
        ? [{ operation: "equal", text: part }]
        : [
            ...(part.deleted === "" ? [] : [{ operation: "delete" as const, text: part.deleted }]),
            ...(part.inserted === "" ? [] : [{ operation: "insert" as const, text: part.inserted }])
          ]
  )
}

/** Whether two texts say the same in the same words, whatever white space is between them. */
export const same = (before: string, after: string): boolean => normal(before) === normal(after)

/** A text without differences of white space. */
export const normal = (text: string): string => text.trim().replaceAll(/\s+/gu, " ")
