import { Schema } from "effect"
import { EmbeddingError } from "../domain/EmbeddingError.ts"
import type { ImportError } from "../domain/ImportError.ts"
import { Remedy } from "../domain/Remedy.ts"
import { Download, Unread, Warning } from "../importer/Importer.ts"

/** Something that was not done: where (a position in the source, or a URI) and why. */
export const ImportFailure = Schema.Struct({
  at: Schema.String,
  problem: Schema.String,
  /** What can be done about it, where something can. */
  remedy: Schema.optionalKey(Remedy)
})
export type ImportFailure = typeof ImportFailure.Type

/** What could not be read of a source of that name. */
export const failureOf = (name: string, { at = name, problem, remedy }: ImportError): ImportFailure => ({
  at,
  problem,
  ...(remedy !== undefined && { remedy })
})

/** What became of the links of a source, in numbers of relations. */
export const ImportLinks = Schema.Struct({
  created: Schema.Natural,
  updated: Schema.Natural,
  unchanged: Schema.Natural,
  /** Left as a person decided before. */
  kept: Schema.Natural
})
export type ImportLinks = typeof ImportLinks.Type

/** An end of links that is no reference that is stored, such as a check or a rule. */
export const UnresolvedLink = Schema.Struct({
  /** Where the first link to it stands. */
  at: Schema.String,
  /** What the source calls it, behind the name of its standard where there is one: `CSF PR.A-02`. */
  other: Schema.String,
  /** What the source calls the link, such as `check`. */
  nature: Schema.String,
  problem: Schema.String,
  /** How many links lead to it. */
  count: Schema.Natural,
  /** What was probably meant; those that have one come first. */
  remedy: Schema.optionalKey(Remedy)
})
export type UnresolvedLink = typeof UnresolvedLink.Type

/** What an import of a catalog did, in numbers of references. */
export class ImportReport extends Schema.Class<ImportReport>("crosswalk/ImportReport")({
  /** The format that was detected or forced, such as `asvs-flat-json`. */
  format: Schema.String,
  catalog: Schema.String,
  created: Schema.Natural,
  updated: Schema.Natural,
  unchanged: Schema.Natural,
  /** How many references of the source are headings, and how many guidance; all others are requirements. */
  headings: Schema.Natural,
  guidance: Schema.Natural,
  /** Stored in the catalog, but not in the source. */
  missing: Schema.Natural,
  /** How many of the missing were removed. */
  pruned: Schema.Natural,
  /** Marked as deleted by the source itself. */
  withdrawn: Schema.Natural,
  /** How many were embedded. */
  embedded: Schema.Natural,
  /** How many texts of the catalog are longer than the model reads at once, so that their passages are embedded too. */
  cut: Schema.Natural,
  /** The language that the texts of the catalog are mostly in, such as `de`, where the model in use was not made for it. */
  foreign: Schema.optional(Schema.String),
  /** Nothing was to be stored: it says what an import would do. */
  rehearsed: Schema.Boolean,
  /** The import was strict and a row was wrong or not read, so nothing was written. */
  refused: Schema.Boolean,
  /** What was downloaded, where the source is a URL. */
  download: Schema.optional(Download),
  failed: Schema.Array(ImportFailure),
  /**
   * Why embedding stopped before its end, such as an outage of the embedder's provider. All was saved, and what was embedded
   * stays: the same import, or `updateAllEmbeddings`, goes on there.
   */
  stopped: Schema.optional(EmbeddingError),
  /** What looked like a requirement and was not taken. */
  unread: Schema.Array(Unread),
  /** What was taken without a part that could not be read. */
  warnings: Schema.Array(Warning),
  /** Where links were asked for: what became of them. */
  links: Schema.optional(ImportLinks),
  /** Where links were asked for: their ends that are not stored, each once. */
  unresolved: Schema.Array(UnresolvedLink)
}) {}

/** How far an import has come. */
export class ImportProgress extends Schema.TaggedClass<ImportProgress>()("ImportProgress", {
  /** What is done: rows are checked (of a strict import only), rows are saved, references are embedded. */
  stage: Schema.Literals(["checking", "saving", "embedding"]),
  /** Rows, or references that are embedded. */
  done: Schema.Natural,
  /** How many there are; known only while embedding. */
  total: Schema.optionalKey(Schema.Natural)
}) {}

/** A row that an import could not take, told when it is met; the report has it too. */
export class ImportProblem extends Schema.TaggedClass<ImportProblem>()("ImportProblem", ImportFailure.fields) {}

/** The end of an import. */
export class ImportDone extends Schema.TaggedClass<ImportDone>()("ImportDone", { report: ImportReport }) {}

/** What the stream of an import tells: progress, rows that are wrong, and the report at its end. */
export const ImportEvent = Schema.Union([ImportProgress, ImportProblem, ImportDone])
export type ImportEvent = typeof ImportEvent.Type

/** What an import of relations did, in numbers of relations. */
export class RelationImportReport extends Schema.Class<RelationImportReport>("crosswalk/RelationImportReport")({
  format: Schema.String,
  created: Schema.Natural,
  updated: Schema.Natural,
  unchanged: Schema.Natural,
  /** Left as a person decided before. */
  kept: Schema.Natural,
  /** References of which the source says that they have no counterpart. */
  unmapped: Schema.Natural,
  /** Nothing was to be stored: it says what an import would do. */
  rehearsed: Schema.Boolean,
  /** The import was strict and a row was wrong, so nothing was written. */
  refused: Schema.Boolean,
  failed: Schema.Array(ImportFailure),
  /** What the source says beside its relations, and is not kept. */
  warnings: Schema.Array(Warning)
}) {}
