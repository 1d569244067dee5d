import { Schema, Struct } from "effect"
import { ImportFailure, ImportReport, RelationImportReport, UnresolvedLink } from "../../catalog/ImportReport.ts"
import { Catalog } from "../../domain/Catalog.ts"
import { Carried, CarryReport } from "../../domain/Carry.ts"
import { CatalogChanges, Change } from "../../domain/Change.ts"
import { CoverageException, CoverageGroup, CoverageReport, CoveredReference, Unlinked } from "../../domain/Coverage.ts"
import { CoverageComparison, CoverageMove } from "../../domain/CoverageComparison.ts"
import { Decision } from "../../domain/Decision.ts"
import { JobSummary } from "../jobs/Job.ts"
import { LintFinding, LintReport } from "../../domain/Lint.ts"
import { Moved } from "../../domain/Moved.ts"
import { PairCalibration } from "../../domain/PairCalibration.ts"
import { Reference } from "../../domain/Reference.ts"
import { Relation } from "../../domain/Relation.ts"
import { Refusal, ReviewChange, ReviewOutcome, ReviewPreview } from "../../domain/ReviewOutcome.ts"
import { ReferenceSuggestions, Suggestions } from "../../domain/Suggestion.ts"
import { Unread, Warning } from "../../importer/Importer.ts"
import { countFields, upTo } from "./Pages.ts"
import * as Rows from "./Rows.ts"

/** What all answers and reports have that grows with what is stored or sent. */

export const catalogs = Rows.make(Schema.Struct({ catalogs: Schema.Array(Catalog) }), { catalogs: Catalog })

export const coverage = Rows.make(
  Schema.Struct(CoverageReport.fields),
  {
    chapters: CoverageGroup,
    levels: CoverageGroup,
    cells: CoverageGroup,
    references: CoveredReference,
    unlinked: Unlinked,
    unlinkedExcepted: Unlinked,
    unknownExceptions: CoverageException
  },
  ["chapters", "levels", "cells"]
)

const listed = [
  "cells",
  "chapters",
  "levels",
  "references",
  "unknownExceptions",
  "unlinked",
  "unlinkedExcepted"
] as const

/** A comparison with the report's counts; `/coverage` has its lists. */
export const ComparisonAnswer = Schema.Struct({
  ...CoverageComparison.fields,
  report: Schema.Struct(Struct.omit(CoverageReport.fields, listed))
})
export const comparisonAnswer = ({ report, ...moves }: CoverageComparison): typeof ComparisonAnswer.Type => ({
  ...moves,
  report: Struct.omit(report, listed)
})
export const comparison = Rows.make(ComparisonAnswer, {
  lost: CoverageMove,
  gained: CoverageMove
})

export const relations = Rows.make(Schema.Struct({ relations: Schema.Array(Relation) }), { relations: Relation })

export const calibrations = Rows.make(Schema.Struct({ calibrations: Schema.Array(PairCalibration) }), {
  calibrations: PairCalibration
})

export const outcome = Rows.make(ReviewOutcome, { decided: Decision, refused: Refusal })
export const preview = Rows.make(ReviewPreview, { changes: ReviewChange, refused: Refusal })

/** What became of an edited table. */
export const EditedOutcome = Schema.Struct({
  ...ReviewOutcome.fields,
  /** The rows that could not be read; nothing of them was decided. */
  problems: Schema.Array(ImportFailure)
})
export const edited = Rows.make(EditedOutcome, { decided: Decision, refused: Refusal, problems: ImportFailure })

export const jobs = Rows.make(Schema.Struct({ jobs: Schema.Array(JobSummary) }), { jobs: JobSummary })

export const changes = Rows.make(Schema.Struct(CatalogChanges.fields), { changes: Change })

export const suggestions = Rows.make(Schema.Struct(Suggestions.fields), { references: ReferenceSuggestions })

export const carried = Rows.make(Schema.Struct(CarryReport.fields), { relations: Carried })

export const findings = Rows.make(Schema.Struct(LintReport.fields), { findings: LintFinding })

export const GraphAnswer = Schema.Struct({ references: Schema.Array(Reference), relations: Schema.Array(Relation) })
export const graph = Rows.make(GraphAnswer, { references: Reference, relations: Relation })

/** What is told of one reference: the first of what rests on it, and of where it went. */
const mostOfMoved = 100

const { relations: restsOn, went } = Moved.fields
const MovedRow = Schema.Struct({
  ...Moved.fields,
  relations: upTo(mostOfMoved)(restsOn),
  went: upTo(mostOfMoved)(went),
  ...countFields
})

/** A reference that moved, as a row of an answer. */
export const movedRow = ({ relations, went, ...rest }: Moved): typeof MovedRow.Type => ({
  ...rest,
  relations: relations.slice(0, mostOfMoved),
  went: went.slice(0, mostOfMoved),
  lists: { relations: relations.length, went: went.length }
})

export const MovedAnswer = Schema.Struct({ moved: Schema.Array(MovedRow) })
export const moved = Rows.make(MovedAnswer, { moved: MovedRow })

export const imported = Rows.make(Schema.Struct(ImportReport.fields), {
  failed: ImportFailure,
  unread: Unread,
  warnings: Warning,
  unresolved: UnresolvedLink
})

export const importedRelations = Rows.make(Schema.Struct(RelationImportReport.fields), {
  failed: ImportFailure,
  warnings: Warning
})
