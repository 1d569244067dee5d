import { Effect } from "effect"
import type { ImportError } from "../domain/ImportError.ts"
import type { Columns, Input, Item } from "./Importer.ts"
import { catalogFromName, checkCatalog, entry, failure, uriOf, within } from "./Items.ts"
import { isObject } from "./text/JsonText.ts"

/** A row of a generic format: the values of a JSON object or of the cells of a CSV row. */
export interface Row {
  readonly at: string
  readonly values: ReadonlyMap<string, unknown>
}

type Field = keyof Columns

/** The usual names of a column, the first that is there is taken; case, spaces and punctuation do not count. */
const usualNames = {
  uri: ["uri", "iri"],
  id: ["id", "identifier", "key", "requirementid", "reqid", "controlid", "shortcode", "code", "ref", "number"],
  title: ["title", "name", "label", "heading", "sectionname"],
  description: ["description", "text", "requirement", "reqdescription", "statement", "content", "body"],
  entityType: ["entitytype", "type", "kind"],
  tags: ["tags", "keywords", "labels"],
  catalog: ["catalog", "catalogue"]
} as const satisfies Record<Field, ReadonlyArray<string>>

/** A name in small letters without spaces and punctuation, as names of columns are compared. */
export const plain = (name: string): string => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "")

/** Which column holds which field. A column serves one field; those that are named explicitly come first. */
export const resolve = (names: ReadonlyArray<string>, columns: Columns): ReadonlyMap<Field, string> => {
  const found = new Map<Field, string>()
  const taken = new Set<string>()
  const put = (field: Field, name: string | undefined) => {
    if (name === undefined || found.has(field)) return
    found.set(field, name)
    taken.add(name)
  }
  const fields = ["uri", "id", "title", "description", "entityType", "tags", "catalog"] as const
  for (const field of fields) {
    const name = columns[field]
    if (name !== undefined) put(field, name)
  }
  const free = new Map(names.filter((name) => !taken.has(name)).map((name) => [plain(name), name]))
  for (const field of fields) {
    put(
      field,
      usualNames[field].map((usual) => free.get(usual)).find((name) => name !== undefined)
    )
  }
  return found
}

/** Names that were given for columns and are not among those there are. */
export const missingColumns = (
  names: ReadonlyArray<string>,
  columns: Readonly<Record<string, string | undefined>>
): ReadonlyArray<string> =>
  Object.values(columns).flatMap((name) => (name === undefined || names.includes(name) ? [] : [name]))

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

/** Reads rows of one source as references of one catalog. */
export const reader = (input: Input, catalog: string): ((row: Row) => Item) => {
  const { columns = {}, entityType = "reference" } = input.options
  const source = input.head.name
  return (row) => {
    const fields = resolve([...row.values.keys()], columns)
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
          : `there is no ${what}: a column ${name ?? list(usualNames[field])} is looked for, ` +
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
    if (title === undefined) return lacks("title", "title")
    const description = read("description")
    const tags = read("tags")
    const used = new Set(fields.values())
    const idColumn = fields.get("id")
    if (uri !== undefined && idColumn !== undefined && idColumn !== fields.get("uri")) used.delete(idColumn)
    return entry(source, row.at, {
      uri: uri ?? uriOf(catalog, String(id)),
      title,
      entityType: text("entityType") ?? entityType,
      description,
      tags: typeof tags === "string" ? splitTags(tags) : tags,
      metadata: metadataOf(row, used),
      catalog
    })
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
