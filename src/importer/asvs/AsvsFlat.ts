import { Effect, Result, Schema, Stream } from "effect"
import { NonBlankText } from "../../domain/Text.ts"
import { ImportError } from "../../domain/ImportError.ts"
import { setOption } from "../../domain/Remedy.ts"
import * as Asvs from "./Asvs.ts"
import type { Format, Head, Input, Item } from "../Importer.ts"
import { fromIssue, within } from "../Items.ts"
import { fileName } from "../Names.ts"
import * as Csv from "../text/Csv.ts"
import * as CsvRecord from "../text/CsvRecord.ts"
import { readJson, streamOf } from "../text/Json.ts"
import { isObject } from "../text/JsonText.ts"

const Cell = Schema.optional(Schema.Union([Schema.String, Schema.Number]))

const Requirement = Schema.Struct({
  chapter_id: Schema.optional(Schema.String),
  chapter_name: Schema.optional(Schema.String),
  section_id: Schema.optional(Schema.String),
  section_name: Schema.optional(Schema.String),
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

const noLevels = ["", "", ""] as const

const toItems =
  (source: string, catalog: string) =>
  (value: unknown, at: string): ReadonlyArray<Item> => {
    const decoded = decode(value)
    if (Result.isFailure(decoded)) return [Result.fail(fromIssue(source, at, decoded.failure.issue))]
    const row = decoded.success
    const levels =
      row.L === undefined
        ? ([row.level1 ?? "", row.level2 ?? "", row.level3 ?? ""] as const)
        : Asvs.levelsFrom(String(row.L))
    const problem = `the level ${JSON.stringify(row.L)} is not 1, 2 or 3, and is left out`
    return Asvs.toItems(source, catalog, at, {
      id: row.req_id,
      text: row.req_description,
      chapter: { id: row.chapter_id ?? "", name: row.chapter_name ?? "" },
      section: { id: row.section_id ?? "", name: row.section_name ?? "" },
      levels: levels ?? noLevels,
      warnings: levels === undefined ? [{ at: within(at, "L"), problem }] : [],
      cwe: split(String(row.cwe ?? ""), /[\s,;/]+/u),
      nist: split(row.nist ?? "", /\s*[,;/]\s*/u)
    })
  }

/**
 * These files carry no version, unless their name does. That of 5.0.0 has `L`; those with `level1` are of 4.0.3, and of
 * 5.0.0 in the older shape, which says of no requirement what it has to do with CWE or NIST.
 */
const catalogOf = (
  input: Input,
  columns: ReadonlyArray<string>,
  namesCwe: boolean,
  at: string
): Effect.Effect<string, ImportError> => {
  if (input.options.catalog !== undefined) return Effect.succeed(input.options.catalog)
  const isOld = columns.includes("level1")
  const [version] = /\d+\.\d+\.\d+/u.exec(fileName(input.head.name)) ?? []
  if (version !== undefined && (isOld || columns.includes("L"))) return Effect.succeed(`asvs@${version}`)
  if (isOld) return Effect.succeed(namesCwe ? "asvs@4.0.3" : "asvs@5.0.0")
  if (columns.includes("L")) return Effect.succeed("asvs@5.0.0")
  return Effect.fail(
    new ImportError({
      source: input.head.name,
      at,
      reason: "option",
      remedy: setOption("catalog", "asvs@5.0.0"),
      problem:
        "the version cannot be told: there is neither level1 (4.0.3) nor L (5.0.0). Give the catalog, asvs@VERSION"
    })
  )
}

const namesCwe = (value: unknown): boolean =>
  isObject(value) && [value["cwe"], value["nist"]].some((cell) => cell !== undefined && String(cell).trim() !== "")

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
    const columns = values.flatMap((value) => (isObject(value) ? Object.keys(value) : []))
    const catalog = yield* catalogOf(input, columns, values.some(namesCwe), "$.requirements")
    const items = streamOf({ path: "$.requirements", values }, toItems(source, catalog))
    return { catalog, items: Stream.flattenIterable(items) }
  })
}

/** Whether a row at the beginning of a CSV says what it has to do with CWE or NIST. */
const headNamesCwe = (head: Head, columns: ReadonlyArray<string>): boolean => {
  const delimiter = CsvRecord.delimiterOf(head.text)
  for (let at = head.text.indexOf("\n") + 1; at < head.text.length; ) {
    const parsed = CsvRecord.parse(head.text, at, delimiter, head.complete)
    if (parsed === undefined) return false
    const { end, record } = parsed
    if (Result.isSuccess(record)) {
      const row = Object.fromEntries(columns.map((name, index) => [name, record.success[index] ?? ""]))
      if (namesCwe(row)) return true
    }
    at = end
  }
  return false
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
    const catalog = yield* catalogOf(input, columns, headNamesCwe(input.head, columns), "line 1")
    const read = toItems(input.head.name, catalog)
    const rows = items(
      (row): Result.Result<Iterable<Item>, ImportError> => Result.succeed(read(Object.fromEntries(row.values), row.at))
    )
    return {
      catalog,
      items: rows.pipe(
        Stream.map(Result.getOrElse((error): Iterable<Item> => [Result.fail(error)])),
        Stream.flattenIterable
      )
    }
  })
}
