import { Effect, Result, Schema, Stream } from "effect"
import { CatalogId } from "../../domain/Catalog.ts"
import { plain } from "../Fields.ts"
import { failure, within } from "../Items.ts"
import { fileName } from "../Names.ts"
import * as OscalProp from "../oscal/OscalProp.ts"
import * as Csv from "../text/Csv.ts"
import * as CsvTable from "../text/CsvTable.ts"
import type { MappingFormat, MappingInput, MappingItem } from "./Mapping.ts"
import { type End, numberOf, toItem, typeOf } from "./MappingRows.ts"
import * as Unkept from "./Unkept.ts"

const needed = [
  "Source_Resource",
  "Target_Resource",
  "Map_Source_ID_Ref_list",
  "Map_Target_ID_Ref_list",
  "Map_Relationship"
] as const

/** The columns that are read, as names of columns are compared. */
const read: ReadonlySet<string> = new Set(
  [
    ...needed,
    ...["Map_Confidence_Score", "Note", "Rationale", "Strength", "Reviewer", "Source_URIs", "Target_URIs"]
  ].map(plain)
)

const isCatalog = Schema.is(CatalogId)
const decodeUris = Schema.decodeUnknownResult(Schema.fromJsonString(Schema.Array(Schema.String)))

/** The catalog of a resource: the one that is said, else the folder that compliance-trestle keeps it in. */
const catalogOf = (href: string, said: string | undefined, { resources }: MappingInput["options"]) => {
  const named = resources?.[href] ?? resources?.[fileName(href)] ?? said
  const folder = /([^/]+)\/(?:catalog|profile)\.json$/u.exec(href)?.[1]
  return named ?? (isCatalog(folder) ? folder : undefined)
}

const relationOf = ({ cell }: CsvTable.TableRow) => typeOf(cell("Map_Relationship") ?? "")

const itemOf = (input: MappingInput, row: CsvTable.TableRow): MappingItem => {
  const { at, cell } = row
  const source = input.head.name
  const ids = (column: string, uris: string): ReadonlyArray<End> => {
    const found = decodeUris(cell(uris) ?? "")
    if (Result.isSuccess(found)) return found.success.map((uri) => ({ uri }))
    return (cell(column) ?? "").split(/\s+/u).filter((id) => id !== "")
  }
  const said = (column: string) => {
    const text = cell(column)
    return text === undefined ? undefined : OscalProp.decode(text)
  }
  const word = cell("Map_Relationship")?.trim() ?? ""
  const type = relationOf(row)
  const targets = ids("Map_Target_ID_Ref_list", "Target_URIs")
  const sources = ids("Map_Source_ID_Ref_list", "Source_URIs")
  if (type === undefined && (word !== "" || (sources.length > 0 && targets.length > 0))) {
    return failure(source, within(at, "Map_Relationship"), `${JSON.stringify(word)} is no relationship of OSCAL`)
  }
  const ends = {
    from: catalogOf(cell("Source_Resource") ?? "", input.options.from, input.options),
    to: catalogOf(cell("Target_Resource") ?? "", input.options.to, input.options)
  }
  const isBack = sources.length === 0
  const sides = isBack ? { sources: targets, targets: [] } : { sources, targets }
  return toItem(source, isBack ? { from: ends.to, to: ends.from } : ends, "intersects", {
    at,
    ...sides,
    type,
    confidence: numberOf(cell("Map_Confidence_Score")),
    provenance: {
      note: said("Note"),
      by: said("Reviewer"),
      rationale: cell("Rationale"),
      strength: numberOf(cell("Strength"))
    }
  })
}

/** The CSV from which compliance-trestle makes a mapping collection of OSCAL: identifiers in lists, one map a row. */
export const format: MappingFormat = {
  name: "trestle",
  summary: "mapping of compliance-trestle (csv-to-oscal-mc), CSV",
  detect: (head) => {
    const columns = new Set(Csv.columnsOf(head).map(plain))
    return needed.every((name) => columns.has(plain(name)))
  },
  read: (input) =>
    Effect.succeed(
      Stream.suspend(() => {
        const unkept = Unkept.columns((name) => read.has(plain(name)))
        return CsvTable.rows(input.head.name, input.bytes, needed, { encoding: input.options.encoding }).pipe(
          Stream.zipWithIndex,
          // The first row says what stands in the columns, but where somebody left that out.
          Stream.filter(
            ([row, index]) => index > 0 || (Result.isSuccess(row) && relationOf(row.success) !== undefined)
          ),
          Stream.map(([row]) =>
            Result.flatMap(row, (found) => {
              unkept.add(found.at, found.columns, (name) => found.cell(name) !== undefined)
              return itemOf(input, found)
            })
          ),
          Stream.concat(Stream.suspend(() => Stream.fromIterable(unkept.items())))
        )
      })
    )
}
