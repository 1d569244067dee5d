import { Effect, Result, Stream } from "effect"
import { ImportError } from "../../domain/ImportError.ts"
import { setOption } from "../../domain/Remedy.ts"
import * as Csv from "../text/Csv.ts"
import type { Format, Input, Item } from "../Importer.ts"
import { entry, uriOf } from "../Items.ts"
import { catalogOf, columnsFrom, type CreRow, readRow, type StandardEntry } from "./OpenCreRow.ts"

/** A CRE or an entry of a standard, as it is gathered from the rows that name it. */
interface Gathered {
  readonly at: string
  readonly title: string
  readonly parents: Set<string>
  readonly links: Map<string, StandardEntry>
  readonly cres: Set<string>
  readonly hyperlink: string | undefined
}

/** How many CREs or entries are kept in memory. */
const maxGathered = 100_000

type Gatherer = (all: Map<string, Gathered>, row: CreRow) => void

const gather = (
  all: Map<string, Gathered>,
  id: string,
  at: string,
  title: string,
  hyperlink: string | undefined
): Gathered => {
  const found = all.get(id) ?? { at, title, hyperlink, parents: new Set(), links: new Map(), cres: new Set() }
  all.set(id, found)
  return found
}

const gatherCres: Gatherer = (all, { at, cres, entries }) => {
  for (const [index, { id, name }] of cres.entries()) {
    const found = gather(all, id, at, name, undefined)
    const parent = cres[index - 1]
    if (parent !== undefined) found.parents.add(parent.id)
    if (index < cres.length - 1) continue
    for (const linked of entries) found.links.set(`${linked.standard}|${linked.id}`, linked)
  }
}

const gatherEntries =
  (standard: string): Gatherer =>
  (all, { at, cres, entries }) => {
    for (const linked of entries) {
      if (linked.standard !== standard) continue
      const found = gather(all, linked.id, at, linked.title, linked.hyperlink)
      const cre = cres.at(-1)
      if (cre !== undefined) found.cres.add(cre.id)
    }
  }

const metadataOf = ({ cres, hyperlink, links, parents }: Gathered): Record<string, unknown> => ({
  ...(parents.size > 0 && { parents: [...parents] }),
  ...(cres.size > 0 && { cres: [...cres] }),
  ...(hyperlink !== undefined && { links: [{ label: "hyperlink", url: hyperlink }] }),
  ...(links.size > 0 && {
    linked: Array.from(links.values(), ({ id, standard, title }) => ({ standard, id, title }))
  })
})

const read = Effect.fnUntraced(function* (input: Input) {
  const source = input.head.name
  const { columns, items } = yield* Csv.table(input)
  const sorted = columnsFrom(columns)
  const standard = input.options.path
  if (standard !== undefined && !sorted.standards.has(standard)) {
    const there = [...sorted.standards.keys()].join(", ")
    return yield* new ImportError({
      source,
      at: "line 1",
      reason: "option",
      remedy: setOption("path", [...sorted.standards.keys()][0]),
      problem: `there is no standard ${standard}; there are ${there}`
    })
  }
  const catalog = input.options.catalog ?? (standard === undefined ? "opencre" : catalogOf(standard))
  const take = standard === undefined ? gatherCres : gatherEntries(standard)
  const rows = items((row) => readRow(source, sorted, row))
  const toItem = ([id, found]: readonly [string, Gathered]): Item => {
    const metadata = metadataOf(found)
    return entry(source, found.at, {
      uri: uriOf(catalog, id),
      title: found.title,
      entityType: standard === undefined ? "cre" : "requirement",
      metadata: Object.keys(metadata).length === 0 ? undefined : metadata,
      catalog
    })
  }
  // One CRE stands in many rows, so all are read before the first is known whole.
  const gathered = Stream.mapAccumEffect(
    rows,
    () => new Map<string, Gathered>(),
    (all, row) => {
      if (Result.isFailure(row)) return Effect.succeed([all, [Result.fail(row.failure)]] as const)
      take(all, row.success)
      if (all.size <= maxGathered) return Effect.succeed([all, new Array<Item>()] as const)
      const problem = `has more than ${maxGathered} CREs or entries. OpenCRE has some thousand; is the format right?`
      return Effect.fail(new ImportError({ source, at: row.success.at, problem }))
    },
    { onHalt: (all) => Array.from(all, toItem) }
  )
  return { catalog, items: gathered }
})

/**
 * OpenCRE's spreadsheet as CSV: `CRE n` columns with `id|name`, and `standard|field` columns.
 *
 * The CREs become references; with the `path` `CWE`, or another standard, that standard's entries do. What links them is
 * read by the mapping format of the same name.
 */
export const format: Format = {
  name: "opencre",
  summary: "OpenCRE export, CSV",
  detect: (head) => {
    const columns = Csv.columnsOf(head)
    return columns.some((name) => /^CRE \d+$/iu.test(name)) && columns.some((name) => name.includes("|"))
  },
  read
}
