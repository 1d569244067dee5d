import { Effect, Result, Stream } from "effect"
import { ImportError } from "../../domain/ImportError.ts"
import { keyOf } from "../../domain/RelationEnds.ts"
import * as Csv from "../text/Csv.ts"
import { uriOf } from "../Items.ts"
import type { MappingFormat, MappingItem } from "./Mapping.ts"
import { toItem } from "./MappingRows.ts"
import { format as references } from "../opencre/OpenCre.ts"
import { catalogOf, columnsFrom, type CreRow, readRow } from "../opencre/OpenCreRow.ts"

/**
 * The links of OpenCRE's spreadsheet: a CRE `intersects` each entry it is linked to, and is a `subset` of the CRE above it.
 *
 * The entries belong to the catalog `to`, or to one named like their standard (`cwe`, `nist-800-53-v5`).
 */
export const format: MappingFormat = {
  name: "opencre",
  summary: "OpenCRE export, CSV",
  detect: references.detect,
  read: Effect.fnUntraced(function* (input) {
    const source = input.head.name
    const { from = "opencre", standard, to, type = "intersects" } = input.options
    const { columns, items } = yield* Csv.table(input)
    const sorted = columnsFrom(columns)
    if (standard !== undefined && !sorted.standards.has(standard)) {
      const there = [...sorted.standards.keys()].join(", ")
      const problem = `there is no standard ${standard}; there are ${there}`
      return yield* new ImportError({ source, at: "line 1", problem })
    }
    if (to !== undefined && standard === undefined && sorted.standards.size > 1) {
      const problem = `several standards cannot all belong to ${to}. Say which one is meant: standard`
      return yield* new ImportError({ source, problem })
    }
    const mappings = ({ at, cres, entries }: CreRow): ReadonlyArray<MappingItem> => {
      const links = (standard === undefined ? cres.slice(1) : []).map((cre, index) =>
        toItem(source, { from, to }, type, {
          at,
          sources: [{ uri: uriOf(from, cre.id) }],
          targets: [{ uri: uriOf(from, cres[index]?.id ?? "") }],
          type: "subset"
        })
      )
      const cre = cres.at(-1)
      if (cre === undefined) return links
      const wanted = entries.filter((entry) => standard === undefined || entry.standard === standard)
      return [
        ...links,
        ...wanted.map((entry) =>
          toItem(source, { from, to }, type, {
            at,
            sources: [{ uri: uriOf(from, cre.id) }],
            targets: [{ uri: uriOf(to ?? catalogOf(entry.standard), entry.id) }]
          })
        )
      ]
    }
    // The same link stands in every row that repeats it, so only the first of each counts.
    return items((row) => readRow(source, sorted, row)).pipe(
      Stream.mapAccum(
        () => new Set<string>(),
        (seen, row): [Set<string>, Array<MappingItem>] => {
          if (Result.isFailure(row)) return [seen, [Result.fail(row.failure)]]
          const fresh = mappings(row.success).filter((item) => {
            if (Result.isFailure(item) || item.success._tag !== "Mapping") return true
            const key = keyOf(item.success)
            const isNew = !seen.has(key)
            seen.add(key)
            return isNew
          })
          return [seen, fresh]
        }
      )
    )
  })
}
