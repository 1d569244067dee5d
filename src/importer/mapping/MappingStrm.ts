import { Effect, Result, Schema, Stream } from "effect"
import { unguard } from "../../domain/CellText.ts"
import { RelationStatus } from "../../domain/Relation.ts"
import * as Fields from "../Fields.ts"
import { failure, within } from "../Items.ts"
import type { Row } from "../Rows.ts"
import { CellFault } from "../table/Cell.ts"
import type { Wanted } from "../table/Header.ts"
import type { Table } from "../table/Table.ts"
import * as Csv from "../text/Csv.ts"
import type { MappingFormat, MappingInput, MappingItem } from "./Mapping.ts"
import { toItem, typeOf } from "./MappingRows.ts"

const fields = [
  "focal",
  "reference",
  "relationship",
  "rationale",
  "strength",
  "group",
  "comment",
  "confidence",
  "status",
  "reviewer"
] as const
type Field = (typeof fields)[number]

/**
 * The names of the columns as NIST (OLIR) and the Secure Controls Framework publish them, and CISO Assistant in its
 * workbooks; punctuation does not count.
 */
const usual: Fields.Words<Field> = {
  focal: ["focaldocumentelement", "focaldocumentelementfde", "fdenumber", "fde", "fdeid", "sourcenodeid"],
  reference: [
    "referencedocumentelement",
    "referencedocumentelementrde",
    "rdenumber",
    "rde",
    "rdeid",
    "scfnumber",
    "scf",
    "scfid",
    "targetnodeid"
  ],
  relationship: ["relationship", "strmrelationship", "relationshiptype"],
  rationale: ["rationale", "strmrationale"],
  strength: ["strengthofrelationship", "strengthofrelationshipoptional", "strength"],
  group: ["group", "groupidentifier", "groupidentifieroptional", "groupoptional"],
  comment: ["comments", "commentsoptional", "comment", "notes", "notesoptional", "annotation"],
  confidence: ["confidence"],
  status: ["status"],
  reviewer: ["reviewer"]
}

/** A table of set theory relationships: an element of either document, and how the first stands to the second. */
export const wanted: Wanted = (names) => {
  const found = Fields.resolve(usual, fields, names, {})
  const [focal, reference] = [found.get("focal"), found.get("reference")]
  return focal === undefined || reference === undefined || !found.has("relationship")
    ? undefined
    : { keys: [focal], known: found.size }
}

const isStatus = Schema.is(RelationStatus)

/** What stands for no element. */
const isNone = (text: string): boolean => /^(?:n\/?a|none|-|–)?$/iu.test(text)

const numberOf = (text: string): number | undefined => (text === "" ? undefined : Number(text.replace(",", ".")))

/** Reads a table in which {@link wanted} finds its columns; rows of one group are one relation between sets. */
export const read = Effect.fnUntraced(function* (input: MappingInput, table: Table) {
  const source = input.head.name
  const found = Fields.resolve(usual, fields, table.columns, {})
  const { from, to, type: fallback = "intersects" } = input.options
  const textOf = ({ values }: Row, field: Field): string =>
    unguard(String(values.get(found.get(field) ?? "") ?? "")) ?? ""
  const cellOf = (row: Row, field: Field): string => textOf(row, field).trim()

  /** The group of a row: its name where that has the element's, else it is one of the element. */
  const groupOf = (row: Row): string | undefined => {
    const group = cellOf(row, "group")
    if (isNone(group)) return undefined
    return JSON.stringify(group.includes(":") ? [group] : [cellOf(row, "focal"), group])
  }

  const toRelation = (row: Row, rows: ReadonlyArray<Row>): MappingItem => {
    const cell = (field: Field) => cellOf(row, field)
    const where = (field: Field) => within(row.at, found.get(field) ?? field)
    const fault = fields.find((field) => row.values.get(found.get(field) ?? "") instanceof CellFault)
    const value = fault && row.values.get(found.get(fault) ?? "")
    if (fault !== undefined && value instanceof CellFault) return failure(source, where(fault), value.problem)
    const word = cell("relationship")
    const type = word === "" ? undefined : typeOf(word)
    if (word !== "" && type === undefined) {
      const known = "equal, subset of, superset of, intersects with or no relationship"
      return failure(source, where("relationship"), `${JSON.stringify(word)} is no relationship: ${known}`)
    }
    const status = cell("status").toLowerCase()
    const namesOf = (field: "focal" | "reference") => [...new Set(rows.map((row) => cellOf(row, field)))]
    const targets = namesOf("reference").filter((name) => !isNone(name))
    if (targets.length === 0 && type !== "no-relationship") {
      return failure(
        source,
        where("reference"),
        `is blank, and the relationship ${JSON.stringify(word)} needs an element`
      )
    }
    return toItem(source, { from, to }, fallback, {
      at: row.at,
      sources: namesOf("focal").filter((name) => name !== ""),
      targets,
      type,
      confidence: numberOf(cell("confidence")),
      ...(isStatus(status) && { status }),
      provenance: {
        note: textOf(row, "comment"),
        by: textOf(row, "reviewer"),
        rationale: cell("rationale").toLowerCase(),
        strength: numberOf(cell("strength"))
      }
    })
  }
  const rows = yield* Stream.runCollect(table.rows)
  const good = rows.flatMap((row) => (Result.isSuccess(row) ? [row.success] : []))
  const groups = Map.groupBy(good, groupOf)
  return Stream.fromIterable(
    rows.flatMap((row): ReadonlyArray<MappingItem> => {
      if (Result.isFailure(row)) return [Result.fail(row.failure)]
      const group = groupOf(row.success)
      const all = group === undefined ? [row.success] : (groups.get(group) ?? [])
      return all[0] === row.success ? [toRelation(row.success, all)] : []
    })
  )
})

/** Set theory relationship mapping of NIST IR 8477 as CSV, as OLIR and the Secure Controls Framework publish it. */
export const format: MappingFormat = {
  name: "strm",
  summary: "set theory relationship mapping (NIST IR 8477, OLIR, SCF), CSV",
  detect: (head) => Csv.hasTable(head, wanted),
  read: Effect.fnUntraced(function* (input) {
    return yield* read(input, yield* Csv.table(input, wanted))
  })
}
