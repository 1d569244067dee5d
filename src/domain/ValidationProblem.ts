import { SchemaAST, SchemaIssue } from "effect"
import { nearest } from "./Nearest.ts"
import { beginning } from "./Quote.ts"
import { isSecretName } from "./Redact.ts"
import type { Remedy } from "./Remedy.ts"

/** What is wrong with an input, where. */
export interface ValidationProblem {
  readonly reason: "missing" | "unexpected" | "type" | "invalid"
  readonly field: string
  readonly value: unknown
  readonly constraint: string
  readonly expected: string
  readonly remedy?: Remedy
}

/** The part of an issue that is told: where it is, and what kind of thing should be there. */
interface Found {
  readonly path: ReadonlyArray<PropertyKey>
  readonly issue: SchemaIssue.Issue
  /** The object or tuple that a missing or an unexpected key was looked for in. */
  readonly parent?: SchemaAST.AST | undefined
}

const formatter = SchemaIssue.makeFormatterStandardSchemaV1()

/** Types as a sentence has them. */
const types: Readonly<Record<string, string>> = {
  array: "an array",
  boolean: "true or false",
  number: "a number",
  object: "an object",
  string: "a text",
  "JSON value": "a JSON value"
}

const wordsOf = (issue: SchemaIssue.Issue): string => {
  const words = (formatter(issue).issues[0]?.message ?? "a valid value").replace(/^Expected /u, "")
  return Object.hasOwn(types, words) ? (types[words] ?? words) : words
}

const expectedOf = (ast: SchemaAST.AST): string => wordsOf(new SchemaIssue.InvalidType(ast))

/**
 * How much an issue says of a member of a union. A deeper one is of the right shape, a broken rule of the right type; a key
 * too many says least, unless most of the others are those of this member.
 */
const weightOf = ({ issue, path }: Found, input: unknown): number => {
  const kinds: Partial<Record<SchemaIssue.Issue["_tag"], number>> = { MissingKey: 1, InvalidType: 2, AnyOf: 2 }
  const depth = path.length * 4
  if (issue._tag !== "UnexpectedKey") return depth + (kinds[issue._tag] ?? 3)
  const present = keysAt(input, path.slice(0, -1))
  const known = keysOf(issue.ast).filter((key) => present.has(key)).length
  return depth + known / (known + 1)
}

/** Goes down to what is told: the first issue of several, of a union's the one that says most. */
const find = (
  issue: SchemaIssue.Issue,
  input: unknown,
  path: ReadonlyArray<PropertyKey> = [],
  parent?: SchemaAST.AST
): Found => {
  switch (issue._tag) {
    case "Pointer":
      return find(issue.issue, input, [...path, ...issue.path], parent)
    case "Composite":
      return find(issue.issues[0], input, path, issue.ast)
    case "Encoding":
      return find(issue.issue, input, path, parent)
    case "Filter": {
      // A rule may say itself where it is broken.
      const inner = find(issue.issue, input, path, parent)
      return inner.path.length > path.length ? inner : { path, issue, parent }
    }
    case "AnyOf": {
      let best: Found | undefined
      for (const member of issue.issues) {
        const found = find(member, input, path, parent)
        if (best === undefined || weightOf(found, input) > weightOf(best, input)) best = found
      }
      const isOwn = best === undefined || (best.path.length === path.length && best.issue._tag === "InvalidType")
      return isOwn || best === undefined ? { path, issue, parent } : best
    }
    default:
      return { path, issue, parent }
  }
}

/** What stands at a path of the input; nothing where it cannot be read. */
const valueAt = (input: unknown, path: ReadonlyArray<PropertyKey>): unknown => {
  let value = input
  try {
    for (const key of path) {
      if ((typeof value !== "object" && typeof value !== "function") || value === null) return undefined
      value = Reflect.get(value, key)
    }
  } catch {
    return undefined
  }
  return value
}

const keysAt = (input: unknown, path: ReadonlyArray<PropertyKey>): ReadonlySet<PropertyKey> => {
  const value = valueAt(input, path)
  try {
    return new Set(typeof value === "object" && value !== null ? Reflect.ownKeys(value) : [])
  } catch {
    return new Set()
  }
}

const membersOf = (ast: SchemaAST.AST): ReadonlyArray<SchemaAST.AST> =>
  ast._tag === "Union" ? ast.types.flatMap(membersOf) : [ast]

/** The values of a closed set, where the schema is one. */
const valuesOf = (ast: SchemaAST.AST): ReadonlyArray<string> | undefined => {
  const values = membersOf(ast).flatMap((member) =>
    member._tag === "Literal" && typeof member.literal === "string" ? [member.literal] : []
  )
  return values.length > 0 && values.length === membersOf(ast).filter(({ _tag }) => _tag !== "Undefined").length
    ? values
    : undefined
}

const keysOf = (ast: SchemaAST.AST | undefined): ReadonlyArray<string> =>
  ast?._tag === "Objects" ? ast.propertySignatures.map(({ name }) => String(name)) : []

const typeOf = (ast: SchemaAST.AST | undefined, key: PropertyKey | undefined): SchemaAST.AST | undefined =>
  ast?._tag === "Objects"
    ? ast.propertySignatures.find(({ name }) => name === key)?.type
    : ast?._tag === "Arrays" && typeof key === "number"
      ? (ast.elements[key] ?? ast.rest[0])
      : undefined

/** "a", "a or b", "a, b or c". */
const anyOf = (words: ReadonlyArray<string>): string =>
  words.length < 2 ? (words[0] ?? "nothing") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`

const chooseOne = (field: string, typed: unknown, values: ReadonlyArray<string>): Remedy => {
  const meant = typeof typed === "string" ? nearest(typed, values) : undefined
  return {
    action: "chooseOne",
    field,
    values: meant === undefined ? values : [meant, ...values.filter((value) => value !== meant)]
  }
}

/** Why a text cannot be stored; a rule's own words say it less plainly. */
const problemOfText = (value: unknown): string | undefined =>
  typeof value !== "string"
    ? undefined
    : value.includes("\0")
      ? "has a NUL character"
      : value.isWellFormed()
        ? undefined
        : "has half of a surrogate pair"

/** What an issue says, with the value of the input that it is about. `root` names the input as a whole, `prefix` begins its fields. */
export const problemOf = (
  issue: SchemaIssue.Issue,
  input: unknown,
  root: string,
  prefix: string
): ValidationProblem => {
  const found = find(issue, input)
  const { parent, path } = found
  const field = path.length === 0 ? root : prefix + path.map((key) => beginning(String(key), 80)).join(".")
  const value = valueAt(input, path)
  const at = { field, value }
  switch (found.issue._tag) {
    case "UnexpectedKey": {
      const known = keysOf(found.issue.ast)
      const key = path.at(-1)
      const meant = typeof key === "string" ? nearest(key, known) : undefined
      const constraint = known.length === 0 ? "is one too many" : "is not a known field"
      const expected = meant ?? (known.length === 0 ? "nothing here" : `only ${anyOf(known)}`)
      return {
        field,
        // It may be a secret under a name that was mistyped.
        value: known.some(isSecretName) ? undefined : value,
        reason: "unexpected",
        constraint,
        expected,
        ...(known.length === 0 ? {} : { remedy: chooseOne(field, key, known) })
      }
    }
    case "MissingKey":
      return missing(at, typeOf(parent, path.at(-1)))
    case "InvalidType":
    case "AnyOf":
    case "OneOf": {
      const { ast } = found.issue
      if (value === undefined) return missing(at, ast)
      const values = valuesOf(ast)
      if (values === undefined) {
        return { ...at, reason: "type", constraint: "has the wrong type", expected: membersExpected(found.issue) }
      }
      const quoted = anyOf(values.map((text) => JSON.stringify(text)))
      const remedy = chooseOne(field, value, values)
      return { ...at, reason: "invalid", constraint: "is not a known value", expected: quoted, remedy }
    }
    default:
      return {
        ...at,
        reason: "invalid",
        constraint: problemOfText(value) ?? "is not valid",
        expected: wordsOf(found.issue)
      }
  }
}

const missing = (
  at: { readonly field: string; readonly value: unknown },
  ast: SchemaAST.AST | undefined
): ValidationProblem => {
  const values = ast === undefined ? undefined : valuesOf(ast)
  return {
    ...at,
    reason: "missing",
    constraint: "is missing",
    expected:
      values !== undefined
        ? anyOf(values.map((text) => JSON.stringify(text)))
        : ast === undefined
          ? "a value"
          : expectedOf(ast),
    ...(values === undefined ? {} : { remedy: chooseOne(at.field, undefined, values) })
  }
}

/** What each member of a union would have taken, or the type itself. */
const membersExpected = (issue: SchemaIssue.InvalidType | SchemaIssue.AnyOf | SchemaIssue.OneOf): string =>
  issue._tag === "InvalidType"
    ? wordsOf(issue)
    : anyOf([
        ...new Set(
          membersOf(issue.ast)
            .filter(({ _tag }) => _tag !== "Undefined")
            .map(expectedOf)
        )
      ])
