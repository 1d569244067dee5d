import { Effect, Result, Stream } from "effect"
import { unguard } from "../domain/CellText.ts"
import * as Csv from "./text/Csv.ts"
import type { Format, Head, Input, Item } from "./Importer.ts"
import { entry, failure, within } from "./Items.ts"
import { isObject, parse } from "./text/JsonText.ts"
import * as Ndjson from "./text/Ndjson.ts"
import * as Rows from "./Rows.ts"

/** The columns of references as CSV, in their order. Tags stand between semicolons or as JSON, metadata as JSON. */
export const columns = [
  "uri",
  "title",
  "entityType",
  "description",
  "tags",
  "metadata",
  "catalog",
  "identifier",
  "label",
  "role"
] as const

/** How many of the columns earlier versions wrote. */
const firstColumns = 7

/** The first line of references as NDJSON. */
export const isHeader = (value: unknown, what: "references" | "relations"): boolean =>
  isObject(value) && value["crosswalk"] === what

/** What the first line of a source says, where it is JSON. */
export const firstLine = (head: Head): unknown => {
  const parsed = parse(head.text.split("\n", 1)[0] ?? "")
  return Result.isSuccess(parsed) ? parsed.success : undefined
}

/** The same catalog for all references of a source: it is imported as one. */
const checked = (input: Input, catalog: string, at: string, reference: { readonly [field: string]: unknown }): Item => {
  const source = input.head.name
  const said = reference["catalog"]
  return said !== undefined && said !== catalog && input.options.catalog === undefined
    ? failure(source, within(at, "catalog"), `is not ${catalog}, as the ones before. Import one catalog at a time`)
    : entry(source, at, { ...reference, catalog })
}

/** References as this program writes them, one a line after a line that says so; they come back as they were. */
export const ndjson: Format = {
  name: "crosswalk-ndjson",
  summary: "references exported by this program, NDJSON",
  detect: (head) => isHeader(firstLine(head), "references"),
  read: Effect.fnUntraced(function* (input) {
    const header = firstLine(input.head)
    const catalog = yield* Rows.catalogOf(input, isObject(header) ? header["catalog"] : undefined, undefined)
    return {
      catalog,
      items: Ndjson.rows(input).pipe(
        Stream.filter((row) => Result.isFailure(row) || !row.success.values.has("crosswalk")),
        Stream.map(Result.flatMap(({ at, values }) => checked(input, catalog, at, Object.fromEntries(values))))
      )
    }
  })
}

const cellOf = (row: Rows.Row, name: string): string | undefined => {
  const cell = row.values.get(name)
  return typeof cell === "string" ? unguard(cell) : undefined
}

/** The tags of a cell: JSON, or what stands between semicolons. */
const tagsOf = (cell: string): unknown => {
  const parsed = parse(cell)
  return cell.startsWith("[") && Result.isSuccess(parsed) ? parsed.success : cell.split(";").map((tag) => tag.trim())
}

/** References as this program writes them into CSV. */
export const csv: Format = {
  name: "crosswalk-csv",
  summary: "references exported by this program, CSV",
  detect: (head) => {
    const found = Csv.columnsOf(head)
    return found.length >= firstColumns && found.every((name, i) => columns[i] === name)
  },
  read: Effect.fnUntraced(function* (input) {
    const { items, sample } = yield* Csv.table(input)
    const catalog = yield* Rows.catalogOf(input, undefined, sample[0])
    return {
      catalog,
      items: items((row) => {
        const { at } = row
        const cell = (name: string) => cellOf(row, name)
        const [tags, text] = [cell("tags"), cell("metadata")]
        const metadata = text === undefined ? undefined : parse(text)
        if (metadata !== undefined && Result.isFailure(metadata)) {
          return failure(input.head.name, within(at, "metadata"), `is not JSON: ${metadata.failure.problem}`)
        }
        return checked(input, catalog, at, {
          uri: cell("uri"),
          title: cell("title"),
          entityType: cell("entityType"),
          description: cell("description"),
          tags: tags === undefined ? undefined : tagsOf(tags),
          metadata: metadata?.success,
          catalog: cell("catalog"),
          identifier: cell("identifier"),
          label: cell("label"),
          role: cell("role")
        })
      })
    }
  })
}
