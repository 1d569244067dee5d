import { Effect, Result, Stream } from "effect"
import * as Csv from "../text/Csv.ts"
import { toItems } from "./Cwe.ts"
import type { Format } from "../Importer.ts"

/** The values of a field in CWE's way to put several into one cell: `::NATURE:ChildOf:CWE ID:732:VIEW ID:1000::`. */
const groups = (cell: string): ReadonlyArray<string> => cell.split("::").filter((part) => part.trim() !== "")

const relatedOf = (cell: string) =>
  groups(cell).flatMap((group) => {
    const match = /^NATURE:([^:]+):CWE ID:(\d+)/u.exec(group)
    return match === null ? [] : [{ nature: match[1] ?? "", id: match[2] ?? "" }]
  })

const termsOf = (cell: string) =>
  groups(cell).flatMap((group) => /^TERM:(.*?)(?::DESCRIPTION:|$)/su.exec(group)?.[1]?.trim() ?? [])

/** CWE's weaknesses as its CSV exports; streamed. They name no version. */
export const format: Format = {
  name: "cwe-csv",
  summary: "CWE, CSV",
  detect: (head) => {
    const columns = Csv.columnsOf(head)
    return ["CWE-ID", "Name", "Status", "Description"].every((name) => columns.includes(name))
  },
  read: Effect.fnUntraced(function* (input) {
    const catalog = input.options.catalog ?? "cwe"
    const { items } = yield* Csv.table(input)
    return {
      catalog,
      items: items(({ at, values }) => {
        const cell = (name: string): string => {
          const value = values.get(name)
          return typeof value === "string" ? value.trim() : ""
        }
        return toItems(input.head.name, catalog, at, {
          kind: "weakness",
          id: cell("CWE-ID").replace(/^CWE-/iu, ""),
          name: cell("Name"),
          status: cell("Status"),
          abstraction: cell("Weakness Abstraction"),
          likelihood: cell("Likelihood of Exploit"),
          description: cell("Description"),
          extended: cell("Extended Description"),
          terms: termsOf(cell("Alternate Terms")),
          related: relatedOf(cell("Related Weaknesses"))
        })
      }).pipe(
        Stream.map((found) => (Result.isResult(found) ? [found] : found)),
        Stream.flattenIterable
      )
    }
  })
}
