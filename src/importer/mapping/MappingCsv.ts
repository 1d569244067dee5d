import { Effect } from "effect"
import { ImportError } from "../../domain/ImportError.ts"
import * as Csv from "../text/Csv.ts"
import { failure, within } from "../Items.ts"
import type { MappingColumns, MappingFormat, MappingItem } from "./Mapping.ts"
import { toItem, typeOf } from "./MappingRows.ts"
import { missingColumns, plain } from "../Rows.ts"

type Field = keyof MappingColumns

/** The usual names of a column, the first that is there is taken; case, spaces and punctuation do not count. */
const usualNames: Readonly<Record<Field, ReadonlyArray<string>>> = {
  source: ["source", "from", "sourceuri", "fromuri", "sourceid", "fromid"],
  target: ["target", "to", "targeturi", "touri", "targetid", "toid"],
  type: ["type", "relation", "relationship", "relationtype"],
  confidence: ["confidence", "score", "probability"],
  note: ["note", "notes", "comment", "remarks", "rationale"]
}

const resolve = (columns: ReadonlyArray<string>, named: MappingColumns): ReadonlyMap<Field, string> => {
  const found = new Map<Field, string>()
  const fields = ["source", "target", "type", "confidence", "note"] as const
  for (const field of fields) {
    const name =
      named[field] ?? usualNames[field].flatMap((usual) => columns.filter((column) => plain(column) === usual)).at(0)
    if (name !== undefined) found.set(field, name)
  }
  return found
}

/** A number as people write it: `0.8`, `0,8` or `80 %`. */
const numberOf = (text: string): number => {
  const percent = /^(.*?)\s*%$/u.exec(text)?.[1]
  const number = Number((percent ?? text).replace(",", "."))
  return percent === undefined ? number : number / 100
}

/** CSV with a source and a target in each row, and perhaps a type, a confidence and a note; streamed. */
export const format: MappingFormat = {
  name: "csv",
  summary: "pairs with a header, separated by comma, semicolon or tab",
  detect: (head) => Csv.columnsOf(head).length > 1,
  read: Effect.fnUntraced(function* (input) {
    const source = input.head.name
    const { columns: named = {}, from, to, type: fallback = "intersects" } = input.options
    const { columns, items } = yield* Csv.table(input)
    const missing = missingColumns(columns, named)
    const fields = resolve(columns, named)
    const lacks = missing.length > 0 ? missing.join(", ") : !fields.has("source") ? "source" : "target"
    if (missing.length > 0 || !fields.has("source") || !fields.has("target")) {
      const problem = `there is no column ${lacks}; there are ${columns.join(", ")}. Say which column it is`
      return yield* new ImportError({ source, at: "line 1", problem })
    }
    return items(({ at, values }): MappingItem => {
      const cell = (field: Field): string => {
        const value = values.get(fields.get(field) ?? "")
        return typeof value === "string" ? value.trim() : ""
      }
      const where = (field: Field) => within(at, fields.get(field) ?? field)
      const [word, share] = [cell("type"), cell("confidence")]
      const type = word === "" ? undefined : typeOf(word)
      if (word !== "" && type === undefined) {
        const known = "equal, subset, superset, intersects, implements, supersedes or none"
        return failure(source, where("type"), `${JSON.stringify(word)} is no type of relation: ${known}`)
      }
      const confidence = share === "" ? undefined : numberOf(share)
      if (cell("source") === "") return failure(source, where("source"), "is blank")
      return toItem(source, { from, to }, fallback, {
        at,
        source: cell("source"),
        target: cell("target"),
        type,
        confidence,
        note: cell("note")
      })
    })
  })
}
