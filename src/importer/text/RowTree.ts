import { Result } from "effect"
import * as Identifier from "../../domain/Identifier.ts"
import type { Input, Item } from "../Importer.ts"
import { beginningOf, deletion, failure, named as withNaming, withdrawn } from "../Items.ts"
import { type Above, isHeading, placeOf } from "../Place.ts"
import * as Rows from "../Rows.ts"
import { isObject, pathOf } from "./JsonText.ts"
import { type Fields, type Keyed, mayHold, type Rowset, type Shape } from "./RowShape.ts"

const textOf = (value: unknown): string | undefined =>
  typeof value === "string" && value.trim() !== "" ? value.trim() : undefined

/** Adds where a row stands to what becomes its metadata; what it says itself stays. */
const placed = (values: Map<string, unknown>, above: ReadonlyArray<Above>): void => {
  const place = placeOf(above)
  const own = values.get("metadata")
  if (isObject(own)) values.set("metadata", { ...place, ...own })
  else for (const [key, value] of Object.entries(place)) if (!values.has(key)) values.set(key, value)
}

/** Reads objects as references, each before those that are nested in it, with where it stands in its metadata. */
export const reader = (input: Input, catalog: string, shape: Shape): ((row: Keyed) => Generator<Item>) => {
  const source = input.head.name
  const toItem = Rows.reader(input, catalog)

  /** Single objects that look like a requirement, and are metadata only. */
  function* leftOut(value: Fields, at: string): Generator<Item> {
    for (const [key, inner] of Object.entries(value)) {
      if (!mayHold(key) || !shape.isRow(inner) || !shape.hasText(inner)) continue
      const text = String(inner[shape.fieldsOf(inner).get("id") ?? ""] ?? key)
      yield Result.succeed({ _tag: "Unread", kind: "object", at: pathOf(at, key), text })
    }
  }

  function* read({ at, key, value }: Keyed, above: ReadonlyArray<Above>): Generator<Item> {
    if (!isObject(value)) return yield failure(source, at, "is not an object")
    const fields = shape.fieldsOf(value)
    const children = shape.inside(value, at)
    const nested = new Set(children.map(([key]) => key))
    const values = new Map(Object.entries(value).filter(([name]) => !nested.has(name)))
    const column = fields.get("id") ?? "id"
    const found = values.get(column)
    const written = typeof found === "string" || typeof found === "number" ? found : key
    const id = written === undefined ? undefined : Identifier.clean(String(written))
    const description = textOf(values.get(fields.get("description") ?? ""))
    const said = textOf(values.get(fields.get("title") ?? ""))
    const role = isHeading(children.length > 0, description) ? ("heading" as const) : undefined
    const title =
      said ??
      (key !== undefined && !/\d/u.test(key) ? key : description !== undefined ? beginningOf(description) : undefined)
    const isEntry = (id !== undefined && id !== "") || fields.has("uri")
    const gone = deletion(description) ?? deletion(said)
    if (isEntry && gone !== undefined) yield withdrawn(id ?? at, gone, at)
    else if (isEntry || children.length === 0) {
      if (id !== undefined && typeof found !== "number") values.set(column, id)
      const titleColumn = fields.get("title") ?? "title"
      const named = title ?? (role === "heading" ? id : undefined)
      if (said === undefined && named !== undefined && textOf(values.get(titleColumn)) === undefined) {
        values.set(titleColumn, named)
      }
      placed(values, above)
      yield withNaming(toItem({ at, values }), {
        ...(id !== undefined && id !== "" && { identifier: id }),
        ...(role !== undefined && { role })
      })
    }
    yield* leftOut(value, at)
    const name = title ?? id
    const here: ReadonlyArray<Above> =
      name === undefined ? [] : [{ id: id === "" ? undefined : id, name, isHeading: !isEntry || role === "heading" }]
    for (const [, rows] of children) yield* readAll(rows, [...above, ...here])
  }

  function* readAll({ rows }: Rowset, above: ReadonlyArray<Above>): Generator<Item> {
    for (const row of rows) yield* read(row, above)
  }

  return (row) => read(row, [])
}
