import { listed } from "../importer/mapping/IdList.ts"
import * as CsvText from "./CsvText.ts"
import { type Exchange, nameOf } from "./Exchange.ts"
import type { Reference } from "../domain/Reference.ts"
import { ofPair } from "./PairType.ts"
import type { Cells, Sheet } from "./Workbook.ts"

/** The name of a reference; in brackets where it would look like a list of several. */
const cellOf = (reference: Reference): string => {
  const name = nameOf(reference)
  const found = listed(name)
  return found.length === 1 && found[0] === name ? name : JSON.stringify([name])
}

const table = ({ relations }: Exchange): ReadonlyArray<Cells> => [
  ["source", "target", "type", "confidence", "note"],
  ...relations.flatMap(({ relation, sources, targets }) => {
    const { confidence, provenance, type } = relation
    const pair = ofPair(type, sources.length, targets.length)
    return sources.flatMap((source) =>
      (targets.length === 0 ? [undefined] : targets).map((target) => [
        cellOf(source),
        target && cellOf(target),
        pair,
        confidence,
        provenance.note
      ])
    )
  })
]

/**
 * Accepted relations from one catalog to another as plain pairs of identifiers, CSV: of a relation between sets each pair
 * says what follows for it.
 */
export const write = (exchange: Exchange): string => table(exchange).map(CsvText.line).join("")

/** The same as a workbook with one sheet. */
export const sheets = (exchange: Exchange): ReadonlyArray<Sheet> => [{ name: "Pairs", rows: table(exchange) }]
