import type { Columns } from "../Importer.ts"
import { type Fields as Resolved, plain } from "../Fields.ts"
import { type Field, resolve } from "../ReferenceWords.ts"
import { isObject, pathOf } from "./JsonText.ts"

/** A JSON object. */
export type Fields = Readonly<Record<string, unknown>>

/** Names of parts that point at something, or tell of people and settings: what they list are no references of the catalogue. */
const asides: ReadonlySet<string> = new Set(
  `links link reference refs related relations relatedto mappings mapping crossreferences externalreferences
  tags labels authors author contributors owners owner reviewers reviewer contacts contact people users assignees parties
  roles members editors comments comment history changes changelog revisions levels attachments evidence files
  images sources licenses licences license metadata meta info schema needsschema properties attributes customfields
  imports releasedetails settings config configuration options translations backmatter`.split(/\s+/u)
)

const isFilled = (value: unknown): value is string | number =>
  typeof value === "number" || (typeof value === "string" && value.trim() !== "")

/** An object and what it is called where its key is its identifier. */
export interface Keyed {
  readonly at: string
  readonly key: string | undefined
  readonly value: unknown
}

/** Objects of which at least one looks like a reference, in an array or by their identifiers. */
export interface Rowset {
  readonly at: string
  readonly rows: ReadonlyArray<Keyed>
}

/** How many levels down rows are looked for. */
const maxLevels = 12

/** What tells rows from other objects, for the columns that were named. */
export interface Shape {
  /** Which key holds which field. */
  readonly fieldsOf: (value: Fields) => Resolved<Field>
  /** It has an identifier, and a title or a text. */
  readonly isRow: (value: unknown) => value is Fields
  /** It has a text, not only a title. */
  readonly hasText: (value: Fields) => boolean
  /** The rows that an array, or an object of objects by their identifiers, holds itself. */
  readonly rowsetOf: (value: unknown, at: string) => Rowset | undefined
  /** The same of an object whose keys look like names, if what they hold has a text each. */
  readonly namedRowsOf: (value: unknown, at: string) => Rowset | undefined
  /** The rows inside of an object, each with the key that holds it. */
  readonly inside: (value: Fields, at: string) => ReadonlyArray<readonly [key: string, rows: Rowset]>
}

/** What a key holds may be references, as far as its name says. Those of a row are what it refers to. */
export const mayHold = (key: string, isOfRow = false): boolean => {
  const name = plain(key)
  return !asides.has(name) && !(isOfRow && name === "references")
}

export const shapeOf = (columns: Columns): Shape => {
  const resolved = new Map<string, Resolved<Field>>()
  const fieldsOf: Shape["fieldsOf"] = (value) => {
    const names = Object.keys(value)
    const key = names.join("\0")
    const known = resolved.get(key)
    if (known !== undefined) return known
    const fields = resolve(names, columns)
    // A file whose objects have ever other keys must not fill the memory.
    if (resolved.size < 1000) resolved.set(key, fields)
    return fields
  }
  const read = (value: Fields, field: keyof Columns): unknown => value[fieldsOf(value).get(field) ?? ""]
  const hasText: Shape["hasText"] = (value) => isFilled(read(value, "description"))
  const says = (value: Fields): boolean => isFilled(read(value, "title")) || hasText(value)
  const isRow: Shape["isRow"] = (value): value is Fields =>
    isObject(value) && (isFilled(read(value, "id")) || isFilled(read(value, "uri"))) && says(value)

  const objectsOf = (
    value: Fields,
    at: string
  ): ReadonlyArray<Keyed & { readonly key: string; readonly value: Fields }> =>
    Object.entries(value).flatMap(([key, inner]) =>
      isObject(inner) ? [{ at: pathOf(at, key), key, value: inner }] : []
    )

  /** Objects by their identifiers: each says something, and its key has a digit or is said by itself again. */
  const keyed = (value: Fields, at: string, levels: number): Rowset | undefined => {
    const rows = objectsOf(value, at)
    const areNamed = rows.every(({ at, key, value }) => {
      const id = read(value, "id")
      const isNamed = /\d/u.test(key) || String(id) === key
      return isNamed && (says(value) || holds(value, at, levels - 1).length > 0)
    })
    return rows.length > 0 && areNamed ? { at, rows } : undefined
  }

  const rowsetAt = (value: unknown, at: string, levels: number): Rowset | undefined => {
    if (levels <= 0) return undefined
    if (isObject(value)) return isRow(value) ? undefined : keyed(value, at, levels)
    if (!Array.isArray(value)) return undefined
    const some = value.some(isRow) || value.some((one) => isObject(one) && holds(one, at, levels - 1).length > 0)
    return some
      ? { at, rows: value.map((one, index) => ({ at: pathOf(at, index), key: undefined, value: one })) }
      : undefined
  }

  function holds(value: Fields, at: string, levels: number): ReadonlyArray<readonly [string, Rowset]> {
    const fields = new Set(fieldsOf(value).values())
    const isOfRow = isRow(value)
    return Object.entries(value).flatMap(([key, inner]): ReadonlyArray<readonly [string, Rowset]> => {
      if (typeof inner !== "object" || inner === null || fields.has(key) || !mayHold(key, isOfRow)) return []
      const rows = rowsetAt(inner, pathOf(at, key), levels)
      if (rows !== undefined) return [[key, rows]]
      // What stands for the document may have an identifier; in a row it is what the row refers to.
      return levels > 1 && isObject(inner) && !(isOfRow && isRow(inner))
        ? holds(inner, pathOf(at, key), levels - 1).map(([, rows]) => [key, rows] as const)
        : []
    })
  }

  return {
    fieldsOf,
    isRow,
    hasText,
    rowsetOf: (value, at) => rowsetAt(value, at, maxLevels),
    namedRowsOf: (value, at) => {
      if (!isObject(value) || isRow(value)) return undefined
      const rows = objectsOf(value, at)
      return rows.length > 1 && rows.every(({ key, value }) => mayHold(key) && hasText(value))
        ? { at, rows }
        : undefined
    },
    inside: (value, at) => holds(value, at, maxLevels)
  }
}
