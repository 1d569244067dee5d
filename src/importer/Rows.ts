import { Effect } from "effect"
import * as Identifier from "../domain/Identifier.ts"
import type { ImportError } from "../domain/ImportError.ts"
import type { Fields } from "./Fields.ts"
import type { Columns, Input, Item } from "./Importer.ts"
import { catalogFromName, checkCatalog, entry, failure, uriOf, within } from "./Items.ts"
import { type Field, resolve, wordsFor } from "./ReferenceWords.ts"
import { isObject } from "./text/JsonText.ts"

/** A row of a generic format: the values of a JSON object or of the cells of a CSV row. */
export interface Row {
  readonly at: string
  readonly values: ReadonlyMap<string, unknown>
}

const isBlank = (value: unknown): boolean =>
  value === undefined || value === null || (typeof value === "string" && value.trim() === "")

const list = (names: Iterable<string>): string => [...names].join(", ")

const splitTags = (text: string): ReadonlyArray<string> =>
  text
    .split(text.includes(";") ? ";" : ",")
    .map((tag) => tag.trim())
    .filter((tag) => tag !== "")

/** The metadata of a row: its object `metadata`, or else everything that is no field. */
const metadataOf = (row: Row, used: ReadonlySet<string>): unknown => {
  const explicit = row.values.get("metadata")
  if (isObject(explicit)) return explicit
  const rest = Array.from(row.values).filter(([name, value]) => !used.has(name) && !isBlank(value))
  return rest.length === 0 ? undefined : Object.fromEntries(rest)
}

/** The fields of rows, found anew only where a row has other names than the one before. */
const finder = (columns: Columns): ((row: Row) => Fields<Field>) => {
  let names: ReadonlyArray<string> = []
  let fields: Fields<Field> = new Map()
  return ({ values }) => {
    const there = [...values.keys()]
    if (there.length !== names.length || there.some((name, index) => name !== names[index])) {
      names = there
      fields = resolve(names, columns)
    }
    return fields
  }
}

/** Reads rows of one source as references of one catalog. A table says which column holds what, once for all rows. */
export const reader = (input: Input, catalog: string, known?: Fields<Field>): ((row: Row) => Item) => {
  const { columns = {}, entityType = "reference" } = input.options
  const source = input.head.name
  const find = known === undefined ? finder(columns) : () => known
  return (row) => {
    const fields = find(row)
    const at = (field: Field) => within(row.at, fields.get(field) ?? field)
    const read = (field: Field): unknown => {
      const value = row.values.get(fields.get(field) ?? "")
      return isBlank(value) ? undefined : value
    }
    /** A text; a number that is kept exactly becomes one. */
    const text = (field: Field): unknown => {
      const value = read(field)
      if (typeof value === "string") return value.trim()
      return Number.isSafeInteger(value) || (typeof value === "number" && !Number.isInteger(value))
        ? String(value)
        : value
    }
    const lacks = (field: Field, what: string): Item => {
      const name = fields.get(field)
      return failure(
        source,
        at(field),
        name !== undefined && row.values.has(name)
          ? `${what} is blank`
          : `there is no ${what}: a column ${name ?? wordsFor(field)} is looked for, ` +
              `and there are ${list(row.values.keys())}. Say which column it is`
      )
    }
    const said = text("catalog")
    if (said !== undefined && said !== catalog && input.options.catalog === undefined) {
      return failure(
        source,
        at("catalog"),
        `is of ${typeof said === "string" ? `the catalog ${said}` : "another catalog"}, the rows before of ${catalog}. ` +
          "Import one catalog at a time, or give the catalog that all rows belong to"
      )
    }
    const uri = text("uri")
    const id = text("id")
    if (uri === undefined && id === undefined) return lacks(fields.has("uri") ? "uri" : "id", "uri or identifier")
    if (uri === undefined && typeof id !== "string") return failure(source, at("id"), "the identifier is not a text")
    const title = text("title")
    const description = read("description")
    if (title === undefined && description === undefined) return lacks("title", "title")
    const tags = read("tags")
    const used = new Set(fields.values())
    const idColumn = fields.get("id")
    if (uri !== undefined && idColumn !== undefined && idColumn !== fields.get("uri")) used.delete(idColumn)
    const reference = {
      uri: uri ?? uriOf(catalog, String(id)),
      title,
      entityType: text("entityType") ?? entityType,
      description: typeof description === "string" ? description : text("description"),
      tags: typeof tags === "string" ? splitTags(tags) : tags,
      metadata: metadataOf(row, used),
      catalog
    }
    return entry(source, row.at, reference, typeof id === "string" ? { identifier: Identifier.clean(id) } : {})
  }
}

/** The catalog of a source: the option, what the source says, what its first row says, or the name of the file. */
export const catalogOf = (input: Input, said: unknown, first: Row | undefined): Effect.Effect<string, ImportError> => {
  const source = input.head.name
  if (input.options.catalog !== undefined) return Effect.succeed(input.options.catalog)
  if (!isBlank(said)) return checkCatalog(source, said, "$.catalog")
  if (first !== undefined) {
    const name = resolve([...first.values.keys()], input.options.columns ?? {}).get("catalog")
    const value = name === undefined ? undefined : first.values.get(name)
    if (name !== undefined && !isBlank(value)) return checkCatalog(source, value, within(first.at, name))
  }
  return catalogFromName(source)
}
