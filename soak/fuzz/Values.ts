import type { Random } from "../Random.ts"

/** Texts that mean something to a command or a server, or should not. No value names a place outside of the folder. */
export const texts = [
  "a@1",
  "b@1",
  "a:1/R-0",
  "b:1/R-7",
  "R-1",
  "rows.csv",
  "pairs.csv",
  "x.db",
  "out.json",
  "missing.json",
  "",
  " ",
  "0",
  "-1",
  "1e9",
  "NaN",
  "0.5",
  "99999999999999999999",
  "equal",
  "accepted",
  "csv",
  "oscal",
  "keyword",
  "level>=2",
  "level>=",
  "=",
  "a=b",
  "'; DROP TABLE crosswalk_reference; --",
  "\u001b[31m",
  "管理 🙂",
  "a\nb",
  "\u202e",
  "%00",
  "%",
  "..%2f..%2fx",
  "x".repeat(5000),
  "$.a[?(@.b)]",
  "[",
  "(",
  "*",
  '"',
  "NOT",
  "AND OR NEAR(",
  "__proto__",
  "http://127.0.0.1:9/x",
  "file:///etc/hostname",
  "windows-1252",
  "utf-9"
] as const

/** As much of JSON Schema as is read to make values. */
export interface Shape {
  readonly $ref?: string
  readonly type?: string | ReadonlyArray<string>
  readonly enum?: ReadonlyArray<unknown>
  readonly const?: unknown
  readonly anyOf?: ReadonlyArray<Shape>
  readonly oneOf?: ReadonlyArray<Shape>
  readonly allOf?: ReadonlyArray<Shape>
  readonly properties?: Readonly<Record<string, Shape>>
  readonly required?: ReadonlyArray<string>
  readonly items?: Shape
}

/** Anything JSON has. */
export const junk = (random: Random, depth = 0): unknown => {
  switch (random.below(depth > 2 ? 5 : 8)) {
    case 0:
      return null
    case 1:
      return random.below(2) === 0
    case 2:
      return random.pick([0, -1, 1, 0.5, 1e308, 2 ** 53, -0.1, 1e-320])
    case 3:
    case 4:
      return random.pick(texts)
    case 5:
      return Array.from({ length: random.below(4) }, () => junk(random, depth + 1))
    default:
      return Object.fromEntries(
        Array.from({ length: random.below(4) }, () => [random.pick(texts), junk(random, depth + 1)])
      )
  }
}

/** What is there, by the fields that name it. */
const present: Readonly<Record<string, ReadonlyArray<string>>> = {
  ...Object.fromEntries(["catalog", "from", "to", "by", "before", "after"].map((name) => [name, ["a@1", "b@1"]])),
  ...Object.fromEntries(["id", "uri", "source", "target"].map((name) => [name, ["a:1/R-0", "b:1/R-7", "R-3"]])),
  sources: ["a:1/R-0", "a:1/R-2"],
  targets: ["b:1/R-7", "b:1/R-9"],
  query: ["password renewed", "a session is encrypted"]
}

/** A value that a schema asks for, or nearly; `resolve` finds what a `$ref` names. */
export const valueOf = (
  shape: Shape | undefined,
  random: Random,
  resolve: (ref: string) => Shape | undefined,
  name = "",
  depth = 0
): unknown => {
  const value = (inner: Shape | undefined, of = name) => valueOf(inner, random, resolve, of, depth + 1)
  if (shape === undefined || depth > 8 || random.below(24) === 0) return junk(random, depth)
  if (shape.$ref !== undefined) return value(resolve(shape.$ref))
  if ("const" in shape) return shape.const
  if (shape.enum !== undefined) return random.pick(shape.enum)
  const several = shape.anyOf ?? shape.oneOf ?? shape.allOf
  if (several !== undefined && several.length > 0) return value(random.pick(several))
  const type = typeof shape.type === "string" ? shape.type : random.pick(shape.type ?? ["string"])
  switch (type) {
    case "object": {
      const entries = Object.entries(shape.properties ?? {}).flatMap(([name, inner]) => {
        const isLeftOut = random.below(10) < ((shape.required ?? []).includes(name) ? 1 : 6)
        return isLeftOut ? [] : [[name, value(inner, name)] as const]
      })
      const more = random.below(20) === 0 ? [[random.pick(texts), junk(random)] as const] : []
      return Object.fromEntries([...entries, ...more])
    }
    case "array":
      return Array.from({ length: random.below(4) }, () => value(shape.items))
    case "integer":
      return random.pick([0, 1, 2, 5, 10, 100, -1, 2 ** 31, 0.5])
    case "number":
      return random.pick([0, 0.25, 0.5, 1, 2, -1, 1e308])
    case "boolean":
      return random.below(2) === 0
    default:
      return random.pick(random.below(5) > 0 ? (present[name] ?? texts) : texts)
  }
}
