import { Effect, Result, Schema, Stream } from "effect"
import { CatalogId } from "../../domain/Catalog.ts"
import { ImportError } from "../../domain/ImportError.ts"
import { RelationStatus, type RelationType, RelationType as Types } from "../../domain/Relation.ts"
import { decodeAt } from "../Documents.ts"
import { failure, within } from "../Items.ts"
import { readText } from "../source/Bytes.ts"
import { parse as parseCsv } from "../text/CsvRecord.ts"
import { parse as parseJson } from "../text/JsonText.ts"
import { countLines } from "../text/Lines.ts"
import { parseYaml } from "../text/YamlText.ts"
import type { MappingFormat, MappingInput, MappingItem } from "./Mapping.ts"
import { type End, type Said, toItem } from "./MappingRows.ts"
import * as Sssom from "./Sssom.ts"

const optional = Schema.optional(Schema.NullOr(Schema.String))

const MappingSet = Schema.Struct({
  curie_map: Schema.optional(Schema.NullOr(Schema.Record(Schema.String, Schema.String))),
  subject_source: optional,
  object_source: optional
})

const decodeSet = Schema.decodeUnknownResult(MappingSet)
const isCatalog = Schema.is(CatalogId)
const isStatus = Schema.is(RelationStatus)
const isType = Schema.is(Types)

/** The metadata above the table, each line behind a mark, and the table. */
const metadata = /^(?:#[^\n]*(?:\n|$))+/u

interface Row {
  readonly at: string
  readonly cell: (column: string) => string
}

/** The rows below the header, and what is wrong with others. */
const rowsOf = (source: string, text: string, start: number): ReadonlyArray<Result.Result<Row, ImportError>> => {
  const rows: Array<Result.Result<Row, ImportError>> = []
  let columns: ReadonlyArray<string> | undefined
  for (let at = start, line = 1 + countLines(text, 0, start); at < text.length; ) {
    const parsed = parseCsv(text, at, "\t", true)
    if (parsed === undefined) break
    const { end, record } = parsed
    const where = `line ${line}`
    line += countLines(text, at, end)
    at = end
    if (Result.isFailure(record)) rows.push(failure(source, where, record.failure))
    else if (columns === undefined) columns = record.success.map((name) => name.trim())
    else if (record.success.some((cell) => cell !== "")) {
      const cells = new Map(columns.map((name, index) => [name, record.success[index] ?? ""]))
      rows.push(Result.succeed({ at: where, cell: (column) => cells.get(column) ?? "" }))
    }
  }
  return rows
}

/** The first of the values of a column that may have several. */
const firstOf = (cell: string): string => (/^(?:\\.|[^|\\])*/su.exec(cell)?.[0] ?? "").replaceAll(/\\(.)/gsu, "$1")

const numberOf = (cell: string): number | undefined => (cell.trim() === "" ? undefined : Number(cell))

/** What the rows of a mapping set say, those of one set as one relation. */
const itemsOf = (
  input: MappingInput,
  set: typeof MappingSet.Type,
  rows: ReadonlyArray<Result.Result<Row, ImportError>>
): ReadonlyArray<MappingItem> => {
  const source = input.head.name
  const { type: fallback = "intersects" } = input.options
  const prefixes = new Map(Object.entries(set.curie_map ?? {}))
  const uriOf = (curie: string): string | undefined => {
    const [, prefix = "", local = ""] = /^([^:]*):(.*)$/su.exec(curie) ?? []
    const start = prefixes.get(prefix)
    if (start === Sssom.texts) return local
    return start === undefined ? undefined : start + local
  }
  const catalogOf = (curie: string | null | undefined) => {
    const uri = uriOf(curie ?? "")
    const catalog = uri?.startsWith(Sssom.catalogs) ? uri.slice(Sssom.catalogs.length) : undefined
    return isCatalog(catalog) ? catalog : undefined
  }
  const { from: saidFrom, to: saidTo } = input.options
  const ends = { from: saidFrom ?? catalogOf(set.subject_source), to: saidTo ?? catalogOf(set.object_source) }
  const isOurs = catalogOf(set.subject_source) !== undefined
  /** An end as a URI, or the identifier as it is written where the caller says of which catalog. */
  const endOf = (curie: string, said: string | undefined): End => {
    const uri = said === undefined || isOurs ? uriOf(curie) : undefined
    return uri === undefined ? curie : { uri }
  }

  const typeOf = (row: Row): RelationType | undefined => {
    const own = row.cell("crosswalk_type")
    if (isType(own)) return own
    const predicate = row.cell("predicate_id")
    const isDenied = row.cell("predicate_modifier") === "Not" && row.cell("crosswalk_status") !== "rejected"
    const type = ["skos:mappingRelation", "rdfs:seeAlso"].includes(predicate) ? fallback : Sssom.types.get(predicate)
    return isDenied && type !== undefined ? "no-relationship" : type
  }
  const saidOf = (row: Row): Omit<Said, "sources" | "targets"> => {
    const { at, cell } = row
    const status = cell("crosswalk_status")
    const scores = cell("crosswalk_scores")
    const parsed = scores === "" ? undefined : parseJson(scores)
    const by = cell("reviewer_id") || cell("reviewer_label") || cell("author_label")
    return {
      at,
      type: typeOf(row),
      confidence: numberOf(cell("confidence")),
      ...(isStatus(status) && { status }),
      ...(cell("crosswalk_needs_review") === "true" && { needsReview: true }),
      provenance: {
        note: cell("comment"),
        by: firstOf(by),
        method: cell("crosswalk_method"),
        mapper: cell("crosswalk_mapper"),
        rationale: cell("crosswalk_rationale"),
        strength: numberOf(cell("crosswalk_strength")),
        model: cell("crosswalk_model"),
        calibration: cell("crosswalk_calibration"),
        scores: parsed === undefined ? undefined : Result.isSuccess(parsed) ? parsed.success : scores
      }
    }
  }
  const toRelation = ({ at, ...row }: Row, rows: ReadonlyArray<Row>): MappingItem => {
    const [subjects, objects] = ["subject_id", "object_id"].map((name) => [
      ...new Set(rows.map((row) => row.cell(name)))
    ])
    const said = saidOf({ at, ...row })
    const [from = [], to = []] = [subjects, objects]
    if (from.includes(Sssom.noTerm)) {
      const none = { ...said, sources: to.map((curie) => endOf(curie, saidTo)), targets: [] }
      return toItem(source, { from: ends.to, to: ends.from }, fallback, none)
    }
    const targets = to.includes(Sssom.noTerm) ? [] : to.map((curie) => endOf(curie, saidTo))
    if (said.type === undefined && targets.length > 0) {
      const problem = `${JSON.stringify(row.cell("predicate_id"))} is no predicate that is a type of relation`
      return failure(source, within(at, "predicate_id"), problem)
    }
    return toItem(source, ends, fallback, { ...said, sources: from.map((curie) => endOf(curie, saidFrom)), targets })
  }
  const good = rows.flatMap((row) => (Result.isSuccess(row) ? [row.success] : []))
  const sets = Map.groupBy(good, (row) => row.cell("crosswalk_set"))
  return rows.flatMap((row): ReadonlyArray<MappingItem> => {
    if (Result.isFailure(row)) return [Result.fail(row.failure)]
    const set = row.success.cell("crosswalk_set")
    const all = set === "" ? [row.success] : (sets.get(set) ?? [])
    return all[0] === row.success ? [toRelation(row.success, all)] : []
  })
}

/** A mapping set of SSSOM, TSV with its metadata above the table. */
export const format: MappingFormat = {
  name: "sssom",
  summary: "SSSOM mapping set, TSV",
  detect: ({ text }) => {
    const table = text.replace(metadata, "")
    const columns = table.slice(0, Math.max(0, table.search(/\r?\n|$/u))).split("\t")
    return ["predicate_id", "mapping_justification"].every((name) => columns.includes(name))
  },
  read: Effect.fnUntraced(function* (input) {
    const source = input.head.name
    const text = yield* readText(input)
    const above = metadata.exec(text)?.[0] ?? ""
    const lines = above.replaceAll(/^#/gmu, "")
    const root = lines.trim() === "" ? {} : yield* parseYaml(source, lines)
    const set = yield* decodeAt(source, "line 1", decodeSet, root)
    if (above.length === text.length)
      return yield* new ImportError({ source, problem: "has no table below its metadata" })
    return Stream.suspend(() => Stream.fromIterable(itemsOf(input, set, rowsOf(source, text, above.length))))
  })
}
