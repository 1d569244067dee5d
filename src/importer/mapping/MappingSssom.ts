import { Effect, Result, Schema, Stream } from "effect"
import { CatalogId } from "../../domain/Catalog.ts"
import { ImportError } from "../../domain/ImportError.ts"
import { RelationStatus, type RelationType, RelationType as Types } from "../../domain/Relation.ts"
import { decodeAt } from "../Documents.ts"
import { failure, within } from "../Items.ts"
import { readText } from "../source/Bytes.ts"
import { parse as parseCsv } from "../text/CsvRecord.ts"
import { isObject, parse as parseJson } from "../text/JsonText.ts"
import { countLines } from "../text/Lines.ts"
import { parseYaml } from "../text/YamlText.ts"
import type { MappingFormat, MappingInput, MappingItem } from "./Mapping.ts"
import { type End, type Said, toItem } from "./MappingRows.ts"
import * as Sssom from "./Sssom.ts"
import * as Unkept from "./Unkept.ts"

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

/** The columns that a relation keeps. */
const kept: ReadonlySet<string> = new Set([
  ...["subject_id", "object_id", "confidence", "comment"],
  ...Sssom.shared,
  ...Sssom.extensions.map(([name]) => name)
])

/** What separates the columns of the header, and the names of them; none where it is no table of mappings. */
const headerOf = (text: string, start: number) => {
  for (const delimiter of ["\t", ","]) {
    const parsed = parseCsv(text, start, delimiter, true)
    if (parsed === undefined || Result.isFailure(parsed.record)) continue
    const columns = parsed.record.success.map((name) => name.trim())
    if (["subject_id", "predicate_id", "object_id"].every((name) => columns.includes(name))) {
      return { columns, delimiter, end: parsed.end }
    }
  }
  return undefined
}

/**
 * The metadata above the table without their marks, as YAML. Some put a space behind each mark, some behind a few, and some
 * write words of their own among them.
 */
const metadataOf = Effect.fnUntraced(function* (source: string, above: string) {
  const plain = above.replaceAll(/^#/gmu, "")
  const even = above.replaceAll(/^# ?(?=\S)/gmu, "").replaceAll(/^#/gmu, "")
  const said = even.replaceAll(/^(?![ \t]*(?:-[ \t]|["']?[^\s:]+["']?[ \t]*:)).*$/gmu, "")
  for (const lines of [plain, even, said]) {
    if (lines.trim() === "") continue
    const root = yield* Effect.result(parseYaml(source, lines))
    if (Result.isSuccess(root) && isObject(root.success)) return root.success
  }
  const root = said.trim() === "" ? undefined : yield* parseYaml(source, plain)
  return isObject(root) ? root : {}
})

/** The rows below the header, and what is wrong with others. */
const rowsOf = (
  source: string,
  text: string,
  { columns, delimiter, end: start }: NonNullable<ReturnType<typeof headerOf>>,
  shared: (column: string) => string
): ReadonlyArray<Result.Result<Row, ImportError>> => {
  const rows: Array<Result.Result<Row, ImportError>> = []
  for (let at = start, line = 1 + countLines(text, 0, start); at < text.length; ) {
    const parsed = parseCsv(text, at, delimiter, true)
    if (parsed === undefined) break
    const { end, record } = parsed
    const where = `line ${line}`
    line += countLines(text, at, end)
    at = end
    if (Result.isFailure(record)) rows.push(failure(source, where, record.failure))
    else if (record.success.some((cell) => cell !== "")) {
      const cells = new Map(columns.map((name, index) => [name, record.success[index] ?? ""]))
      rows.push(Result.succeed({ at: where, cell: (column) => cells.get(column) || shared(column) }))
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
  columns: ReadonlyArray<string>,
  rows: ReadonlyArray<Result.Result<Row, ImportError>>
): ReadonlyArray<MappingItem> => {
  const source = input.head.name
  const { type: fallback = "intersects" } = input.options
  const prefixes = new Map(Object.entries(set.curie_map ?? {}))
  const undeclared = new Set<string>()
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
  const unkept = Unkept.make()
  const ends = { from: saidFrom ?? catalogOf(set.subject_source), to: saidTo ?? catalogOf(set.object_source) }
  const isOurs = catalogOf(set.subject_source) !== undefined
  /** An end as a URI, or the identifier as it is written where the caller says of which catalog. */
  const endOf = (curie: string, said: string | undefined): End => {
    const uri = said === undefined || isOurs ? uriOf(curie) : undefined
    const prefix = /^([^:]*):/u.exec(curie)?.[1]
    if (uri === undefined && said === undefined && prefix !== undefined && !/^(?:https?|urn)$/u.test(prefix)) {
      undeclared.add(prefix)
    }
    return uri === undefined ? curie : { uri }
  }

  const typeOf = (row: Row): RelationType | undefined => {
    const own = row.cell("crosswalk_type")
    if (isType(own)) return own
    const predicate = Sssom.expand(row.cell("predicate_id"), prefixes)
    const isDenied = row.cell("predicate_modifier") === "Not" && row.cell("crosswalk_status") !== "rejected"
    const type = Sssom.vague.has(predicate) ? fallback : Sssom.types.get(predicate)
    return isDenied && type !== undefined ? "no-relationship" : type
  }
  const saidOf = (row: Row): Omit<Said, "sources" | "targets"> => {
    const { at, cell } = row
    const status = cell("crosswalk_status")
    const json = (column: string): unknown => {
      const text = cell(column)
      const parsed = text === "" ? undefined : parseJson(text)
      return parsed === undefined ? undefined : Result.isSuccess(parsed) ? parsed.success : text
    }
    const by = cell("reviewer_id") || cell("reviewer_label") || cell("author_label") || cell("author_id")
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
        scores: json("crosswalk_scores"),
        path: json("crosswalk_path")
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
  const items = rows.flatMap((row): ReadonlyArray<MappingItem> => {
    if (Result.isFailure(row)) return [Result.fail(row.failure)]
    for (const column of columns) {
      const isTold = !kept.has(column) && !Sssom.descriptive.test(column) && row.success.cell(column) !== ""
      if (isTold) unkept.add(`the column ${column}`, row.success.at)
    }
    const set = row.success.cell("crosswalk_set")
    const all = set === "" ? [row.success] : (sets.get(set) ?? [])
    return all[0] === row.success ? [toRelation(row.success, all)] : []
  })
  const problem =
    `no curie_map above the table says what ${[...undeclared].join(", ")} stands for. Metadata in a file beside it are not ` +
    "read: put them above the table, each line behind #"
  return [
    ...(undeclared.size === 0 ? [] : [Result.succeed({ _tag: "Warning" as const, at: "line 1", problem })]),
    ...items,
    ...unkept.items()
  ]
}

/** A mapping set of SSSOM, TSV or CSV with its metadata above the table. */
export const format: MappingFormat = {
  name: "sssom",
  summary: "SSSOM mapping set, TSV",
  detect: ({ text }) => headerOf(text, metadata.exec(text)?.[0].length ?? 0) !== undefined,
  read: Effect.fnUntraced(function* (input) {
    const source = input.head.name
    const text = yield* readText(input)
    const above = metadata.exec(text)?.[0] ?? ""
    const root = yield* metadataOf(source, above)
    const set = yield* decodeAt(source, "line 1", decodeSet, root)
    const header = headerOf(text, above.length)
    if (header === undefined) {
      const problem = "has no table with subject_id, predicate_id and object_id below its metadata"
      return yield* new ImportError({ source, problem })
    }
    const shared = (column: string): string => {
      const said: unknown = Sssom.shared.has(column) ? root[column] : undefined
      const [first] = Array.isArray(said) ? said : [said]
      return typeof first === "string" ? first : ""
    }
    return Stream.suspend(() =>
      Stream.fromIterable(itemsOf(input, set, header.columns, rowsOf(source, text, header, shared)))
    )
  })
}
