import { Effect, Result, Schema, Stream } from "effect"
import { unguard } from "../../domain/CellText.ts"
import { RelationStatus } from "../../domain/Relation.ts"
import * as Fields from "../Fields.ts"
import { failure, within } from "../Items.ts"
import type { Row } from "../Rows.ts"
import { CellFault, isBlank } from "../table/Cell.ts"
import type { Wanted } from "../table/Header.ts"
import type { Table } from "../table/Table.ts"
import * as Csv from "../text/Csv.ts"
import type { MappingFormat, MappingInput, MappingItem } from "./Mapping.ts"
import { isRationale } from "./MappingOscalModel.ts"
import { numberOf, toItem, typeOf } from "./MappingRows.ts"
import * as Unkept from "./Unkept.ts"

const fields = [
  "focal",
  "reference",
  "relationship",
  "kind",
  "property",
  "explanation",
  "rationale",
  "reason",
  "strength",
  "group",
  "comment",
  "confidence",
  "status",
  "reviewer"
] as const
type Field = (typeof fields)[number]

/**
 * The names of the columns as NIST (OLIR, IR 8278A) and the Secure Controls Framework publish them, those who follow them,
 * and CISO Assistant in its workbooks; punctuation does not count. Where there is a number beside an element, the element is
 * its text.
 */
const usual: Fields.Words<Field> = {
  focal: [
    "fdenumber",
    "fdeid",
    "focaldocumentelementid",
    "focaldocumentelement",
    "focaldocumentelementfde",
    "fde",
    "sourcenodeid"
  ],
  reference: [
    "rdenumber",
    "rdeid",
    "scfnumber",
    "scfid",
    "targetidnumber",
    "targetid",
    "referencedocumentelementid",
    "referencedocumentelement",
    "referencedocumentelementrde",
    "rde",
    "scf",
    "targetnodeid"
  ],
  relationship: ["relationship", "strmrelationship"],
  kind: ["relationshiptype"],
  property: ["relationshipproperty"],
  explanation: ["relationshipexplanation"],
  rationale: ["nistir8477rational", "nistir8477rationale", "rationale", "strmrationale"],
  reason: ["strmrationale", "rationale"],
  strength: ["strengthofrelationship", "strengthofrelationshipoptional", "strength"],
  group: ["group", "groupidentifier", "groupidentifieroptional", "groupoptional"],
  comment: ["comments", "commentsoptional", "comment", "notes", "notesoptional", "annotation"],
  confidence: ["confidence"],
  status: ["status"],
  reviewer: ["reviewer"]
}

/** A table of relationships between documents: an element of either, and perhaps how the first stands to the second. */
export const wanted: Wanted = (names) => {
  const found = Fields.resolve(usual, fields, names, {})
  const [focal, reference] = [found.get("focal"), found.get("reference")]
  return focal === undefined || reference === undefined ? undefined : { keys: [focal], known: found.size }
}

const isStatus = Schema.is(RelationStatus)

/** What stands for no element. */
const isNone = (text: string): boolean => /^(?:n\/?a|none|-|–)?$/iu.test(text)

/** What stands for no word and no number. */
const isUnsaid = (text: string): boolean => /^(?:n\/?a|-|–)?$/iu.test(text)

/** What a supportive relationship says beside {@link typeOf}: that the two have something to do with each other. */
const isSupport = (word: string): boolean => /^(?:supports|(?:is )?supported by)$/iu.test(word)

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
    const said = isUnsaid(cell("relationship")) ? ("kind" as const) : ("relationship" as const)
    const word = isUnsaid(cell(said)) ? "" : cell(said)
    const type = isSupport(word) ? "intersects" : word === "" ? undefined : typeOf(word)
    if (word !== "" && type === undefined) {
      const known = "equal, subset of, superset of, intersects with or no relationship"
      return failure(source, where(said), `${JSON.stringify(word)} is no relationship: ${known}`)
    }
    const status = cell("status").toLowerCase()
    const namesOf = (field: "focal" | "reference") => [...new Set(rows.map((row) => cellOf(row, field)))]
    const targets = namesOf("reference").filter((name) => !isNone(name))
    if (targets.length === 0 && type !== undefined && type !== "no-relationship") {
      return failure(
        source,
        where("reference"),
        `is blank, and the relationship ${JSON.stringify(word)} needs an element`
      )
    }
    const [rationale, strength] = [cell("rationale").toLowerCase(), cell("strength")]
    const property = isUnsaid(cell("property")) ? "" : ` (${cell("property")})`
    const notes = [
      isSupport(word) ? word.toLowerCase() + property : "",
      cell("explanation"),
      isRationale(rationale) || isUnsaid(rationale) ? "" : textOf(row, "rationale"),
      textOf(row, "reason"),
      textOf(row, "comment")
    ]
    return toItem(source, { from, to }, fallback, {
      at: row.at,
      sources: namesOf("focal").filter((name) => name !== ""),
      targets,
      type,
      confidence: numberOf(cell("confidence")),
      ...(isStatus(status) && { status }),
      provenance: {
        note: notes.filter((note) => note !== "").join("\n"),
        by: textOf(row, "reviewer"),
        ...(isRationale(rationale) && { rationale }),
        strength: isUnsaid(strength) ? undefined : numberOf(strength)
      }
    })
  }
  const rows = yield* Stream.runCollect(table.rows)
  const good = rows.flatMap((row) => (Result.isSuccess(row) ? [row.success] : []))
  const groups = Map.groupBy(good, groupOf)
  const read = new Set(found.values())
  const unkept = Unkept.columns((name) => read.has(name))
  const items = rows.flatMap((row): ReadonlyArray<MappingItem> => {
    if (Result.isFailure(row)) return [Result.fail(row.failure)]
    unkept.add(row.success.at, table.columns, (name) => !isBlank(row.success.values.get(name)))
    const group = groupOf(row.success)
    const all = group === undefined ? [row.success] : (groups.get(group) ?? [])
    return all[0] === row.success ? [toRelation(row.success, all)] : []
  })
  return Stream.fromIterable([...items, ...unkept.items()])
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
