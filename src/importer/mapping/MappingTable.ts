import { Effect, Result, Stream } from "effect"
import { unguard } from "../../domain/CellText.ts"
import { ImportError } from "../../domain/ImportError.ts"
import { setOption } from "../../domain/Remedy.ts"
import * as Fields from "../Fields.ts"
import { failure, within } from "../Items.ts"
import type { Row } from "../Rows.ts"
import { CellFault, isBlank } from "../table/Cell.ts"
import type { Wanted } from "../table/Header.ts"
import { ambiguity, type Table } from "../table/Table.ts"
import * as HeaderWords from "./HeaderWords.ts"
import type { MappingColumns, MappingInput, MappingItem } from "./Mapping.ts"
import { listed } from "./IdList.ts"
import { numberOf, pair, toItem, typeOf } from "./MappingRows.ts"
import * as Unkept from "./Unkept.ts"

type Field = keyof MappingColumns

const fields = ["source", "target", "type", "confidence", "note"] as const

/** The usual names of a column, the first that is there is taken; case, spaces and punctuation do not count. */
const usual: Fields.Words<Field> = {
  ...HeaderWords.ends,
  type: ["type", "relation", "relationship", "relationtype"],
  confidence: ["confidence", "score", "probability"],
  note: ["note", "notes", "comment", "comments", "remark", "remarks", "rationale"]
}

/** A table of mappings names a source and a target, and what the caller named. */
export const wanted =
  (columns: MappingColumns = {}): Wanted =>
  (names) => {
    const found = Fields.resolve(usual, fields, names, columns)
    const [source, target] = [found.get("source"), found.get("target")]
    if (source === undefined || target === undefined) return undefined
    return [...found.values()].every((name) => names.includes(name)) ? { keys: [source], known: found.size } : undefined
  }

/** Reads the rows of a table as mappings: a row with lists relates each source to each target. */
export const read = Effect.fnUntraced(function* (input: MappingInput, table: Table) {
  const source = input.head.name
  const { columns: named = {}, from, to, type: fallback = "intersects" } = input.options
  const found = Fields.resolve(usual, fields, table.columns, named, table.isFilled)
  const lacks = ["source", "target"].find((field) => ![...found.keys()].some((key) => key === field))
  const absent = `there is no column ${lacks}; there are ${table.columns.join(", ")}. Say which column it is`
  const ids = table.columns.filter((name) => HeaderWords.isHeader(name) || /[\s_-](?:ids?|key|#)$/iu.test(name))
  const [first = "Ours", second = "Theirs"] = ids.length > 1 ? ids : table.columns
  const unsaid = Fields.missing(fields, table.columns, named) ?? (lacks === undefined ? undefined : absent)
  const fault =
    unsaid === undefined
      ? ambiguity(table, found, named)
      : { problem: unsaid, example: `source=${first},target=${second}` }
  if (fault !== undefined) {
    const remedy = setOption("columns", fault.example)
    return yield* new ImportError({ source, at: table.at, reason: "option", problem: fault.problem, remedy })
  }
  const toMappings = ({ at, values }: Row): ReadonlyArray<MappingItem> => {
    const where = (field: Field) => within(at, found.get(field) ?? field)
    const value = (field: Field) => values.get(found.get(field) ?? "") ?? ""
    for (const field of fields) {
      const fault = value(field)
      if (fault instanceof CellFault) return [failure(source, where(field), fault.problem)]
    }
    const cell = (field: Field): string => (unguard(String(value(field))) ?? "").trim()
    if (HeaderWords.isHeader(cell("source")) && HeaderWords.isHeader(cell("target"))) {
      return [
        Result.fail(new ImportError({ source, at, reason: "header", problem: "names columns, as a header does" }))
      ]
    }
    const [word, share] = [cell("type"), cell("confidence")]
    const type = word === "" ? undefined : typeOf(word)
    if (word !== "" && type === undefined) {
      const known = "equal, subset, superset, intersects, implements, supersedes or none"
      return [failure(source, where("type"), `${JSON.stringify(word)} is no type of relation: ${known}`)]
    }
    const sources = listed(cell("source"))
    if (sources.length === 0) return [failure(source, where("source"), "is blank")]
    const targets = listed(cell("target"))
    return sources.flatMap((start) =>
      (targets.length === 0 ? [""] : targets).map((end) =>
        toItem(source, { from, to }, fallback, {
          at,
          ...pair(start, end),
          type,
          confidence: numberOf(share),
          provenance: { note: cell("note") }
        })
      )
    )
  }
  const read = new Set(found.values())
  return Stream.suspend(() => {
    const unkept = Unkept.columns((name) => read.has(name))
    return table
      .items((row) => {
        unkept.add(row.at, table.columns, (name) => !isBlank(row.values.get(name)))
        return toMappings(row)
      })
      .pipe(
        Stream.map((item) => (Result.isResult(item) ? [item] : item)),
        Stream.concat(Stream.suspend(() => Stream.succeed(unkept.items()))),
        Stream.flattenIterable
      )
  })
})
