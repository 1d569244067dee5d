import { Effect, Result, Schema } from "effect"
import { NonBlankText } from "../../domain/Text.ts"
import { ImportError } from "../../domain/ImportError.ts"
import * as Asvs from "./Asvs.ts"
import * as Csv from "../text/Csv.ts"
import type { Format, Input, Item } from "../Importer.ts"
import { failure, fromIssue, within } from "../Items.ts"
import { readJson, streamOf } from "../text/Json.ts"

const Cell = Schema.optional(Schema.Union([Schema.String, Schema.Number]))

const Requirement = Schema.Struct({
  chapter_id: NonBlankText,
  chapter_name: NonBlankText,
  section_id: NonBlankText,
  section_name: NonBlankText,
  req_id: NonBlankText,
  req_description: NonBlankText,
  level1: Schema.optional(Schema.String),
  level2: Schema.optional(Schema.String),
  level3: Schema.optional(Schema.String),
  L: Cell,
  cwe: Cell,
  nist: Schema.optional(Schema.String)
})

const decode = Schema.decodeUnknownResult(Requirement)

const split = (text: string, separator: RegExp): ReadonlyArray<string> =>
  text
    .split(separator)
    .map((part) => part.trim())
    .filter((part) => part !== "")

const toItem =
  (source: string, catalog: string) =>
  (value: unknown, at: string): Item => {
    const decoded = decode(value)
    if (Result.isFailure(decoded)) return Result.fail(fromIssue(source, at, decoded.failure.issue))
    const row = decoded.success
    const levels =
      row.L === undefined
        ? ([row.level1 ?? "", row.level2 ?? "", row.level3 ?? ""] as const)
        : Asvs.levelsFrom(String(row.L))
    if (levels === undefined) return failure(source, within(at, "L"), `the level ${row.L} is not 1, 2 or 3`)
    return Asvs.toItem(source, catalog, at, {
      id: row.req_id,
      text: row.req_description,
      chapter: { id: row.chapter_id, name: row.chapter_name },
      section: { id: row.section_id, name: row.section_name },
      levels,
      cwe: split(String(row.cwe ?? ""), /[\s,;/]+/u),
      nist: split(row.nist ?? "", /\s*[,;/]\s*/u)
    })
  }

/** These files carry no version: that of 4.0.3 has `level1`, that of 5.0.0 has `L`. */
const catalogOf = (input: Input, columns: ReadonlyArray<string>, at: string): Effect.Effect<string, ImportError> => {
  if (input.options.catalog !== undefined) return Effect.succeed(input.options.catalog)
  if (columns.includes("level1")) return Effect.succeed("asvs@4.0.3")
  if (columns.includes("L")) return Effect.succeed("asvs@5.0.0")
  return Effect.fail(
    new ImportError({
      source: input.head.name,
      at,
      reason: "option",
      problem:
        "the version cannot be told: there is neither level1 (4.0.3) nor L (5.0.0). Give the catalog, asvs@VERSION"
    })
  )
}

const Root = Schema.Struct({ requirements: Schema.Array(Schema.Unknown) })
const decodeRoot = Schema.decodeUnknownResult(Root)

/** ASVS as its .flat.json: an object with the array `requirements`. */
export const json: Format = {
  name: "asvs-flat-json",
  summary: "OWASP ASVS, flat JSON",
  detect: (head) => /^\s*\{\s*"requirements"\s*:/u.test(head.text) && /"req_description"\s*:/u.test(head.text),
  read: Effect.fnUntraced(function* (input) {
    const source = input.head.name
    const root = decodeRoot(yield* readJson(input))
    if (Result.isFailure(root)) return yield* Effect.fail(fromIssue(source, "$", root.failure.issue))
    const { requirements: values } = root.success
    const columns = values.flatMap((value) => (typeof value === "object" && value !== null ? Object.keys(value) : []))
    const catalog = yield* catalogOf(input, columns, "$.requirements")
    return { catalog, items: streamOf({ path: "$.requirements", values }, toItem(source, catalog)) }
  })
}

/** ASVS as its .csv, with the same columns; streamed. */
export const csv: Format = {
  name: "asvs-csv",
  summary: "OWASP ASVS, CSV",
  detect: (head) => {
    const columns = Csv.columnsOf(head)
    return ["req_id", "req_description", "section_name"].every((name) => columns.includes(name))
  },
  read: Effect.fnUntraced(function* (input) {
    const { columns, items } = yield* Csv.table(input)
    const catalog = yield* catalogOf(input, columns, "line 1")
    const read = toItem(input.head.name, catalog)
    return { catalog, items: items((row) => read(Object.fromEntries(row.values), row.at)) }
  })
}
