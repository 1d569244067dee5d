import { Effect, Result, Schema, Stream } from "effect"
import { Review } from "../crosswalk/Review.ts"
import { CatalogId } from "../domain/Catalog.ts"
import type { Reference } from "../domain/Reference.ts"
import type { Reviewer } from "../domain/Reviewer.ts"
import type { ReviewOutcome } from "../domain/ReviewOutcome.ts"
import type { Verdict } from "../domain/Verdict.ts"
import { ImportError } from "../domain/ImportError.ts"
import { RelationType } from "../domain/Relation.ts"
import * as SetCell from "../domain/SetCell.ts"
import type { ReviewItem } from "../domain/ReviewItem.ts"
import type { TextOptions } from "../importer/Importer.ts"
import * as CsvTable from "../importer/text/CsvTable.ts"
import * as CsvText from "./CsvText.ts"

const columns = [
  "decision",
  "type",
  "note",
  "confidence",
  "sources",
  "source_titles",
  "source_texts",
  "targets",
  "target_titles",
  "target_texts",
  "to",
  "status",
  "confidence_is",
  "chosen",
  "version"
] as const

/** What a table says beside the relations. */
export interface EncodeOptions {
  /** How the relations were chosen, which decisions in the table keep: `file`, or `sample`. Default: `file`. */
  readonly chosen?: "file" | "sample" | undefined
}

/** Says which relation a row is about when its type was edited, and what the reviewer saw. */
const versionCell = ({ relation, version }: ReviewItem): string => `${version}.${relation.type}`

/** The URIs, titles and texts of a side, each on lines of its own. */
const cellsOf = (side: ReadonlyArray<Reference>) => [
  SetCell.encode(side.map(({ uri }) => uri)),
  side.map(({ title }) => title).join("\n"),
  side.flatMap(({ description }) => description ?? []).join("\n")
]

/** Whether the number of a suggestion is a probability, or an order only. */
const meaningOf = ({ confidenceIs }: ReviewItem) => (confidenceIs === "given" ? undefined : confidenceIs)

const lineOf = (item: ReviewItem, { chosen = "file" }: EncodeOptions): string => {
  const { relation, sources, targets } = item
  return CsvText.line([
    undefined,
    relation.type,
    relation.provenance.note,
    relation.confidence,
    ...cellsOf(sources),
    ...cellsOf(targets),
    relation.to,
    relation.needsReview ? `${relation.status}, needs review` : relation.status,
    meaningOf(item),
    chosen === "sample" ? chosen : undefined,
    versionCell(item)
  ])
}

/**
 * Relations as CSV to be edited in a spreadsheet: in `decision` one writes accept or reject, and may change `type` and
 * `note`. The first piece is the header.
 */
export const encode = <E, R>(
  items: Stream.Stream<ReviewItem, E, R>,
  options: EncodeOptions = {}
): Stream.Stream<string, E, R> =>
  Stream.concat(
    Stream.make(CsvText.line(columns)),
    Stream.map(items, (item) => lineOf(item, options))
  )

const words: Readonly<Record<string, Verdict["status"]>> = {
  accept: "accepted",
  accepted: "accepted",
  a: "accepted",
  add: "accepted",
  yes: "accepted",
  y: "accepted",
  reject: "rejected",
  rejected: "rejected",
  r: "rejected",
  no: "rejected",
  n: "rejected"
}

const isCatalog = Schema.is(CatalogId)

const isType = (text: string): text is RelationType => RelationType.literals.some((type) => type === text)

/** The verdict of a row; none where nothing was decided. */
const verdictOf = (source: string, row: CsvTable.TableRow): Result.Result<ReadonlyArray<Verdict>, ImportError> => {
  const fail = (column: string, problem: string) =>
    Result.fail(new ImportError({ source, at: `${row.at}, ${column}`, problem }))
  const text = (column: string) => row.cell(column)?.trim() ?? ""
  const decision = text("decision").toLowerCase()
  const type = text("type")
  const version = text("version")
  const parts = version === "" ? undefined : /^(?<seen>v[0-9a-f]{12})\.(?<was>[a-z-]+)$/u.exec(version)?.groups
  const was = parts?.["was"] ?? type
  if (version !== "" && (parts === undefined || !isType(was))) {
    return fail("version", `${JSON.stringify(version)} is not one that was exported; leave the column as it was`)
  }
  if (decision === "") {
    return type === was || type === ""
      ? Result.succeed([])
      : fail("decision", "the type was changed, but nothing decided; write accept or reject")
  }
  const status = words[decision]
  if (status === undefined) return fail("decision", `${JSON.stringify(decision)} is neither accept nor reject`)
  if (type !== "" && !isType(type)) {
    return fail("type", `${JSON.stringify(type)} is none of ${RelationType.literals.join(", ")}`)
  }
  const [first, ...others] = SetCell.decode(row.cell("sources"))
  const targets = SetCell.decode(row.cell("targets"))
  const to = text("to")
  if (first === undefined) return fail("sources", "is blank")
  if (to !== "" && !isCatalog(to)) return fail("to", `${JSON.stringify(to)} is no catalog, such as asvs@5.0.0`)
  if (targets.length === 0 && to === "")
    return fail("targets", "is blank, and to names no catalog without a counterpart")
  return Result.succeed([
    {
      sources: [first, ...others],
      targets,
      ...(to !== "" && { to }),
      ...(isType(was) ? { type: was } : {}),
      ...(isType(type) && type !== was ? { as: type } : {}),
      status,
      note: row.cell("note"),
      chosen: text("chosen") === "sample" ? "sample" : "file",
      ...(parts?.["seen"] === undefined ? {} : { seen: parts["seen"] })
    }
  ])
}

/** The verdicts of an edited table, and what is wrong with other rows. */
export interface Edited {
  readonly verdicts: ReadonlyArray<Verdict>
  readonly problems: ReadonlyArray<ImportError>
}

/**
 * Reads what {@link encode} wrote and a person edited. Rows without a decision are left out; a row without a `version` is
 * a relation to add. Fails where the table as a whole cannot be read.
 */
export const decode = (
  source: string,
  bytes: Stream.Stream<Uint8Array, ImportError>,
  options: TextOptions = {}
): Effect.Effect<Edited, ImportError> =>
  CsvTable.rows(source, bytes, ["decision", "sources", "targets"], options).pipe(
    Stream.map(Result.flatMap((row) => verdictOf(source, row))),
    Stream.runFold(
      () => ({ verdicts: new Array<Verdict>(), problems: new Array<ImportError>() }),
      (edited, row) => {
        if (Result.isFailure(row)) edited.problems.push(row.failure)
        else edited.verdicts.push(...row.success)
        return edited
      }
    )
  )

/** What became of an edited table. */
export interface CarriedOut extends ReviewOutcome {
  /** The rows that could not be read. */
  readonly problems: ReadonlyArray<ImportError>
}

/**
 * Carries out what a person decided in a table that {@link encode} wrote, as one step that can be taken back. `note` is the
 * remark of decisions without one.
 *
 * @example
 * import { NodeServices } from "@effect/platform-node"
 * import { Effect } from "effect"
 * import { ReviewCsv, Sources } from "crosswalk"
 *
 * const program = Effect.gen(function*() {
 *   const bytes = yield* Sources.bytes("open.csv")
 *   const { decided, problems, refused } = yield* ReviewCsv.carryOut("open.csv", bytes, { by: "Ann" })
 *   return { decided: decided.length, failed: [...problems, ...refused] }
 * }).pipe(Effect.provide(NodeServices.layer), Effect.scoped)
 */
export const carryOut = Effect.fn("ReviewCsv.carryOut")(function* (
  source: string,
  bytes: Stream.Stream<Uint8Array, ImportError>,
  { by, note, ...text }: Reviewer & TextOptions & { readonly note?: string | undefined } = {}
) {
  const review = yield* Review
  const { problems, verdicts } = yield* decode(source, bytes, text)
  const outcome = yield* review.decide(
    verdicts.map((verdict) => ({ ...verdict, note: verdict.note ?? note })),
    { by }
  )
  return { ...outcome, problems } satisfies CarriedOut
})
