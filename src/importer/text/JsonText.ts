import { Result } from "effect"

/** Where and why a text is not JSON; both numbers from 1. */
export interface JsonFault {
  readonly line: number
  readonly column: number
  readonly problem: string
}

const scalar = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/uy
const escape = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/uy
const space = /[ \t\r\n]*/uy

/** The offset of the first character that JSON does not allow; the length where the text ends too early. */
const faultOffset = (text: string): number => {
  const match = (pattern: RegExp, at: number): number => {
    pattern.lastIndex = at
    return pattern.test(text) ? pattern.lastIndex : -1
  }
  // What may come next; the closers of the open arrays and objects are on the stack.
  let next: "value" | "first" | "key" | "firstKey" | "colon" | "rest" = "value"
  const closers: Array<"]" | "}"> = []
  let at = 0
  /** Moves behind the string that begins here; false where it breaks off. */
  const string = (): boolean => {
    for (at++; at < text.length; at++) {
      const char = text.charAt(at)
      if (char === '"') {
        at++
        return true
      }
      if (char < " ") return false
      if (char !== "\\") continue
      const end = match(escape, at)
      if (end === -1) return false
      at = end - 1
    }
    return false
  }
  for (;;) {
    at = match(space, at)
    const char = text.charAt(at)
    if (at >= text.length) return at
    if (next === "rest") {
      const closer = closers.at(-1)
      if (closer === undefined) return at
      if (char === closer) closers.pop()
      else if (char === ",") next = closer === "]" ? "value" : "key"
      else return at
      at++
    } else if (next === "colon") {
      if (char !== ":") return at
      at++
      next = "value"
    } else if (next === "key" || next === "firstKey") {
      if (char === "}" && next === "firstKey") {
        closers.pop()
        at++
        next = "rest"
      } else if (char !== '"' || !string()) return at
      else next = "colon"
    } else if (char === "]" && next === "first") {
      closers.pop()
      at++
      next = "rest"
    } else if (char === "[" || char === "{") {
      closers.push(char === "[" ? "]" : "}")
      at++
      next = char === "[" ? "first" : "firstKey"
    } else if (char === '"') {
      if (!string()) return at
      next = "rest"
    } else {
      const end = match(scalar, at)
      if (end === -1) return at
      at = end
      next = "rest"
    }
  }
}

/** Parses JSON; what is wrong comes with its place, which `JSON.parse` does not always tell. */
export const parse = (text: string): Result.Result<unknown, JsonFault> => {
  try {
    const value: unknown = JSON.parse(text)
    return Result.succeed(value)
  } catch {
    const offset = faultOffset(text)
    const before = text.slice(0, offset)
    const lineStart = before.lastIndexOf("\n") + 1
    const char = [...text.slice(offset, offset + 2)][0]
    return Result.fail({
      line: before.split("\n").length,
      column: offset - lineStart + 1,
      problem: char === undefined ? "is not JSON: it ends too early" : `is not JSON: unexpected ${JSON.stringify(char)}`
    })
  }
}

/** The path of a key or index inside another: `$.requirements[3]["a b"]`. */
export const pathOf = (parent: string, key: string | number): string =>
  typeof key === "number"
    ? `${parent}[${key}]`
    : /^[\p{ID_Start}_$][\p{ID_Continue}$]*$/u.test(key)
      ? `${parent}.${key}`
      : `${parent}[${JSON.stringify(key)}]`

/** The keys of a path such as `$.data.items[0]`; `undefined` where it is not one. */
export const parsePath = (path: string): ReadonlyArray<string> | undefined => {
  if (!/^\$?(?:(?:^|\.)[^.[\]]+|\[(?:\d+|"[^"\]]*")\])*$/u.test(path)) return undefined
  return Array.from(
    path.replace(/^\$\.?/u, "").matchAll(/\["?([^\]"]*)"?\]|([^.[\]]+)/gu),
    (match) => match[1] ?? match[2] ?? ""
  )
}

/** A JSON object, not an array. */
export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** Whether a JSON value is nested in more levels than a reader should follow. */
export const isTooDeep = (value: unknown, limit = 100): boolean => {
  let level: Array<unknown> = [value]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > limit) return true
    level = level.flatMap((item) => (typeof item === "object" && item !== null ? Object.values(item) : []))
  }
  return false
}
