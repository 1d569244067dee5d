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

/** The longest key, text or number, in characters as written: a line of NDJSON may be as long. */
const maxLength = 16 * 1024 * 1024

/** What valid JSON says that `JSON.parse` does not tell. */
interface Skimmed {
  /** The first text that is too long, or key that stands in its object a second time, and where. */
  readonly fault: { readonly problem: string; readonly offset: number } | undefined
  /** Where numbers begin and end that are not written as they would be printed. */
  readonly odd: ReadonlyArray<readonly [start: number, end: number]>
}

const number = /-?\d[\d.eE+-]*/uy

/** Where a string that begins at an offset ends, behind its quotation mark. */
const endOfString = (text: string, start: number): number => {
  for (let quote = text.indexOf('"', start + 1); ; quote = text.indexOf('"', quote + 1)) {
    let slash = quote - 1
    while (text[slash] === "\\") slash--
    if ((quote - slash) % 2 === 1) return quote + 1
  }
}

const skim = (text: string): Skimmed => {
  // The keys of the objects that are open; an array has none.
  const open: Array<Set<string> | undefined> = []
  const odd: Array<readonly [number, number]> = []
  for (let at = 0; at < text.length; ) {
    const char = text[at]
    if (char === '"') {
      const end = endOfString(text, at)
      if (end - at - 2 > maxLength) {
        return { fault: { problem: "is a text longer than 16 MB. Is the format right?", offset: at }, odd }
      }
      space.lastIndex = end
      space.test(text)
      const keys = open.at(-1)
      if (keys !== undefined && text[space.lastIndex] === ":") {
        const written = text.slice(at + 1, end - 1)
        const key = written.includes("\\") ? String(JSON.parse(`"${written}"`)) : written
        if (keys.has(key)) {
          const problem = `repeats the key ${JSON.stringify(key)} of its object. Remove one of the two`
          return { fault: { problem, offset: at }, odd }
        }
        keys.add(key)
      }
      at = end
      continue
    }
    if (char === "{") open.push(new Set())
    else if (char === "[") open.push(undefined)
    else if (char === "}" || char === "]") open.pop()
    else if (char === "-" || (char !== undefined && char >= "0" && char <= "9")) {
      number.lastIndex = at
      number.test(text)
      if (number.lastIndex - at > maxLength) {
        return { fault: { problem: "is a number longer than 16 MB. Is the format right?", offset: at }, odd }
      }
      const written = text.slice(at, number.lastIndex)
      if (String(Number(written)) !== written) odd.push([at, number.lastIndex])
      at = number.lastIndex
      continue
    }
    at++
  }
  return { fault: undefined, odd }
}

const faultAt = (text: string, offset: number, problem: string): Result.Result<never, JsonFault> => {
  const before = text.slice(0, offset)
  return Result.fail({
    line: before.split("\n").length,
    column: offset - (before.lastIndexOf("\n") + 1) + 1,
    problem
  })
}

const parsed = (text: string): Result.Result<unknown, JsonFault> => {
  try {
    const value: unknown = JSON.parse(text)
    return Result.succeed(value)
  } catch {
    const offset = faultOffset(text)
    const char = [...text.slice(offset, offset + 2)][0]
    const problem = char === undefined ? "it ends too early" : `unexpected ${JSON.stringify(char)}`
    return faultAt(text, offset, `is not JSON: ${problem}`)
  }
}

const quoted = (text: string, odd: Skimmed["odd"]): string => {
  let last = 0
  const pieces = odd.map(([start, end]) => {
    const piece = `${text.slice(last, start)}"${text.slice(start, end)}"`
    last = end
    return piece
  })
  return pieces.join("") + text.slice(last)
}

/**
 * Parses JSON; what is wrong comes with its place, which `JSON.parse` does not always tell. An object that repeats a key is
 * refused, as in YAML, and so is a text or a number of more than 16 MB.
 *
 * With `asWritten` numbers that are not written as they would be printed stay texts, as in YAML: `1.10`, and whole numbers
 * whose digits would change.
 */
export const parse = (
  text: string,
  { asWritten = false }: { readonly asWritten?: boolean } = {}
): Result.Result<unknown, JsonFault> => {
  const value = parsed(text)
  if (Result.isFailure(value)) return value
  const { fault, odd } = skim(text)
  if (fault !== undefined) return faultAt(text, fault.offset, fault.problem)
  return asWritten && odd.length > 0 ? parsed(quoted(text, odd)) : value
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

/** Whether the texts, keys and other values inside of a JSON value are more than so many characters together. */
export const isLarger = (value: unknown, limit: number): boolean => {
  const left: Array<unknown> = [value]
  let size = 0
  while (left.length > 0 && size <= limit) {
    const item = left.pop()
    size += typeof item === "string" ? item.length + 2 : 1
    if (Array.isArray(item)) for (const inner of item) left.push(inner)
    else if (isObject(item)) {
      for (const [key, inner] of Object.entries(item)) {
        size += key.length + 3
        left.push(inner)
      }
    }
  }
  return size > limit
}
