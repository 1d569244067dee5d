import { Result, Schema, Stream } from "effect"
import type { ImportError } from "../../domain/ImportError.ts"
import * as SetCell from "../../domain/SetCell.ts"
import { Relation } from "../../domain/Relation.ts"
import * as Csv from "../text/Csv.ts"
import { firstLine, isHeader } from "../Exported.ts"
import { plain } from "../Fields.ts"
import type { Contents, Head, Warning } from "../Importer.ts"
import { fromIssue } from "../Items.ts"
import { parse } from "../text/JsonText.ts"
import * as Ndjson from "../text/Ndjson.ts"
import * as CsvTable from "../text/CsvTable.ts"
import * as Unkept from "./Unkept.ts"

/** The columns of relations as CSV, in their order. */
export const relationColumns = [
  "sources",
  "targets",
  "to",
  "type",
  "confidence",
  "status",
  "needsReview",
  "by",
  "note",
  "method",
  "model",
  "calibration",
  "scores",
  "mapper",
  "rationale",
  "strength",
  "path"
] as const

/** Those that a table must have: a relation that follows from no other has no path. */
const neededColumns = relationColumns.filter((name) => name !== "path")

const known: ReadonlySet<string> = new Set(relationColumns.map(plain))

const { createdAt: _createdAt, updatedAt: _updatedAt, ...exported } = Relation.fields

/** A relation as this program writes it: all of it but its times. */
export const ExportedRelation = Schema.Struct(exported)
export type ExportedRelation = typeof ExportedRelation.Type

/** A relation and where it stands. */
export interface Placed {
  /** The UUIDs by which the source knows what its ends name, by their URIs. */
  readonly uuids?: Readonly<Record<string, string>>
  readonly at: string
  readonly relation: ExportedRelation
}

const decode = Schema.decodeUnknownResult(ExportedRelation)

const toItem = (source: string, at: string, value: unknown): Result.Result<Placed, ImportError> =>
  Result.mapBoth(decode(value), {
    onSuccess: (relation) => ({ at, relation }),
    onFailure: (error) => fromIssue(source, at, error.issue)
  })

/** The formats in which this program writes relations. */
export const formats = ["crosswalk-ndjson", "crosswalk-csv"] as const
type Format = (typeof formats)[number]

/** The format of relations exported by this program, told from the beginning of a source; none where it is another. */
export const formatOf = (head: Head): Format | undefined => {
  if (isHeader(firstLine(head), "relations")) return "crosswalk-ndjson"
  const found = Csv.columnsOf(head)
  return neededColumns.every((name, i) => found[i] === name) ? "crosswalk-csv" : undefined
}

const fromCsv = (source: string, { at, cell }: CsvTable.TableRow): Result.Result<Placed, ImportError> => {
  const optional = (name: string) => {
    const value = cell(name)
    return value === undefined ? {} : { [name]: value }
  }
  /** A cell that holds JSON; what is none stays a text, for the Schema to refuse. */
  const json = (name: string) => {
    const text = cell(name)
    if (text === undefined) return {}
    const parsed = parse(text)
    return { [name]: Result.isSuccess(parsed) ? parsed.success : text }
  }
  const number = (text: string | undefined) => (text === undefined ? undefined : Number(text.replace(",", ".")))
  const [strength, needsReview] = [cell("strength"), cell("needsReview")]
  return toItem(source, at, {
    sources: SetCell.decode(cell("sources")),
    targets: SetCell.decode(cell("targets")),
    ...optional("to"),
    type: cell("type"),
    confidence: number(cell("confidence")),
    status: cell("status"),
    // A spreadsheet writes TRUE.
    needsReview: needsReview?.toLowerCase() === "true",
    provenance: {
      method: cell("method"),
      ...optional("model"),
      ...json("scores"),
      ...json("path"),
      ...optional("calibration"),
      ...optional("mapper"),
      ...optional("rationale"),
      ...(strength === undefined ? {} : { strength: number(strength) }),
      ...optional("by"),
      ...optional("note")
    }
  })
}

/** Reads relations that this program exported. A row that is wrong is a failure among them and ends nothing. */
export const read = (
  format: Format,
  input: Contents
): Stream.Stream<Result.Result<Placed | Warning, ImportError>, ImportError> => {
  const source = input.head.name
  if (format === "crosswalk-csv") {
    return Stream.suspend(() => {
      const unkept = Unkept.columns((name) => known.has(plain(name)))
      return CsvTable.rows(source, input.bytes, neededColumns).pipe(
        Stream.map(
          Result.flatMap((row) => {
            unkept.add(row.at, row.columns, (name) => row.cell(name) !== undefined)
            return fromCsv(source, row)
          })
        ),
        Stream.concat(Stream.suspend(() => Stream.fromIterable(unkept.items())))
      )
    })
  }
  return Ndjson.rows(input).pipe(
    Stream.filter((row) => Result.isFailure(row) || !row.success.values.has("crosswalk")),
    Stream.map(Result.flatMap(({ at, values }) => toItem(source, at, Object.fromEntries(values))))
  )
}
