import { Effect, Result, type Schema } from "effect"
import { ImportError } from "../domain/ImportError.ts"
import { readText } from "./source/Bytes.ts"
import type { Contents, Head } from "./Importer.ts"
import { fromIssue } from "./Items.ts"
import { parse } from "./text/JsonText.ts"
import { extensionOf } from "./Names.ts"
import { parseYaml } from "./text/YamlText.ts"

/** What one document may hold when all of its aliases are followed. */
const maxNodes = 8_000_000
const maxCharacters = 64 * 1024 * 1024
const maxDepth = 200

/** Why a document should not be walked: it is too deep, or expands to too much. */
const excess = (root: unknown): string | undefined => {
  const pending: Array<{ readonly value: unknown; readonly depth: number }> = [{ value: root, depth: 0 }]
  let nodes = 0
  let characters = 0
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { depth, value } = next
    if (depth > maxDepth) return `is nested in more than ${maxDepth} levels, or contains itself`
    if (++nodes > maxNodes) return "has more than 8 million values when its aliases are followed"
    if (typeof value === "string") {
      characters += value.length
      if (characters > maxCharacters) return "has more than 64 MB of text when its aliases are followed"
    } else if (typeof value === "object" && value !== null) {
      for (const item of Object.values(value)) pending.push({ value: item, depth: depth + 1 })
    }
  }
  return undefined
}

/** Reads a whole source as YAML. */
export const readYaml = Effect.fnUntraced(function* (input: Contents) {
  const source = input.head.name
  const root = yield* parseYaml(source, yield* readText(input))
  const problem = excess(root)
  return problem === undefined ? root : yield* new ImportError({ source, problem })
})

/** Whether a source is YAML rather than JSON; of a text that may be both, the extension decides. */
export const isYaml = (head: Head): boolean =>
  ["yaml", "yml"].includes(extensionOf(head.name)) || !/^\s*[[{]/u.test(head.text)

/** Reads a whole source as JSON or YAML, what its beginning looks like. */
export const readDocument = Effect.fnUntraced(function* (input: Contents) {
  if (isYaml(input.head)) return yield* readYaml(input)
  const source = input.head.name
  const parsed = parse(yield* readText(input))
  if (Result.isFailure(parsed)) {
    const { column, line, problem } = parsed.failure
    return yield* new ImportError({ source, at: `line ${line}, column ${column}`, problem })
  }
  const problem = excess(parsed.success)
  return problem === undefined ? parsed.success : yield* new ImportError({ source, problem })
})

/** Decodes the part of a document that everything else depends on; a fault fails the source. */
export const decodeAt = <A>(
  source: string,
  at: string,
  decode: (value: unknown) => Result.Result<A, Schema.SchemaError>,
  value: unknown
): Effect.Effect<A, ImportError> => {
  const decoded = decode(value)
  return Result.isSuccess(decoded)
    ? Effect.succeed(decoded.success)
    : Effect.fail(fromIssue(source, at, decoded.failure.issue))
}
