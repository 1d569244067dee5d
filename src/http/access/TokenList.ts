import { Effect, Redacted, Schema } from "effect"
import { ValidationError } from "../../domain/ValidationError.ts"
import { type Token, TokenScope } from "./Tokens.ts"

const shortest = 16
const isScope = Schema.is(TokenScope)

/**
 * Reads a list of tokens: a line for each, `NAME SCOPE TOKEN` between blanks, such as `ci read 9f86d081884c7d65`; blank lines
 * and those that begin with `#` are left out. A problem names its line and never the token.
 */
export const parse = (text: string, file: string): Effect.Effect<ReadonlyArray<Token>, ValidationError> =>
  Effect.gen(function* () {
    const tokens: Array<Token> = []
    for (const [i, line] of text.split(/\r?\n/u).entries()) {
      const trimmed = line.trim()
      if (trimmed === "" || trimmed.startsWith("#")) continue
      const wrong = (constraint: string, expected: string) =>
        new ValidationError({ field: `${file}, line ${i + 1}`, value: undefined, constraint, expected })
      // What decodes a file puts this in the place of bytes that are no UTF-8.
      if (trimmed.includes("\uFFFD")) return yield* wrong("is not UTF-8", "a file that is saved as UTF-8")
      const [name = "", scope = "", token = "", ...more] = trimmed.split(/\s+/u)
      if (token === "" || more.length > 0) {
        return yield* wrong("is not a token", "NAME, read or write, and the token, with blanks between them")
      }
      if (!isScope(scope)) return yield* wrong("has no such scope", "read or write behind the name")
      if (token.length < shortest) return yield* wrong("has a short token", `at least ${shortest} characters`)
      if (tokens.some((other) => other.name === name)) return yield* wrong("repeats a name", "a name of its own")
      // Whose decision it was, and what it may do, would depend on the order of the lines.
      if (tokens.some((other) => Redacted.value(other.token) === token)) {
        return yield* wrong("repeats the token of another line", "a token of its own")
      }
      tokens.push({ name, scope, token: Redacted.make(token) })
    }
    if (tokens.length > 0) return tokens
    return yield* new ValidationError({
      field: file,
      value: undefined,
      constraint: "has no token",
      expected: "a line such as 'ci read 9f86d081884c7d65'"
    })
  })
