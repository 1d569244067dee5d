import type { RelationType } from "../domain/Relation.ts"
import * as CsvText from "./CsvText.ts"
import { type Exchange, nameOf, type PlacedRelation } from "./Exchange.ts"
import type { Cells, Sheet } from "./Workbook.ts"

const columns = [
  "Focal Document",
  "Focal Document Element",
  "Focal Document Element Description",
  "Rationale",
  "Relationship",
  "Reference Document",
  "Reference Document Element",
  "Reference Document Element Description",
  "Strength of Relationship",
  "Group",
  "Comments",
  "Confidence",
  "Status",
  "Reviewer"
] as const

/** The words of NIST IR 8477; what implements or supersedes another has something in common with it. */
const words: Readonly<Record<RelationType, string>> = {
  equal: "equal",
  subset: "subset of",
  superset: "superset of",
  intersects: "intersects with",
  implements: "intersects with",
  supersedes: "intersects with",
  "no-relationship": "no relationship"
}

/** A relation as rows, one a pair; those between sets have a group, named after their first element. */
const rowsOf = (
  from: string,
  to: string,
  { relation, sources, targets }: PlacedRelation,
  index: number
): ReadonlyArray<Cells> => {
  const { confidence, provenance, status, type } = relation
  const [first] = sources
  const isSet = sources.length > 1 || targets.length > 1
  const group = isSet && first !== undefined ? `${nameOf(first)}:G${index + 1}` : undefined
  const rationale = provenance.rationale && provenance.rationale[0]?.toUpperCase() + provenance.rationale.slice(1)
  return sources.flatMap((source) =>
    (targets.length === 0 ? [undefined] : targets).map((target) => [
      from,
      nameOf(source),
      source.title,
      rationale,
      words[type],
      to,
      target && nameOf(target),
      target?.title,
      provenance.strength,
      group,
      provenance.note,
      confidence,
      status,
      provenance.by
    ])
  )
}

/** The table: its header and its rows. */
export const table = ({ from, relations, to }: Exchange): ReadonlyArray<Cells> => [
  columns,
  ...relations.flatMap((placed, index) => rowsOf(from, to, placed, index))
]

/** Relations from one catalog to another as a set theory relationship mapping (NIST IR 8477) in the columns of OLIR, CSV. */
export const write = (exchange: Exchange): string => table(exchange).map(CsvText.line).join("")

/** The same as a workbook with one sheet. */
export const sheets = (exchange: Exchange): ReadonlyArray<Sheet> => [{ name: "STRM", rows: table(exchange) }]
