import { Schema } from "effect"
import { ImportFailure, ImportReport, RelationImportReport } from "../../catalog/ImportReport.ts"
import { Carried, CarryReport } from "../../domain/Carry.ts"
import { CatalogChanges, Change } from "../../domain/Change.ts"
import { CoverageException, CoverageReport, CoveredReference, Unlinked } from "../../domain/Coverage.ts"
import { LintFinding, LintReport } from "../../domain/Lint.ts"
import { Moved } from "../../domain/Moved.ts"
import { Reference } from "../../domain/Reference.ts"
import { Relation } from "../../domain/Relation.ts"
import { ReferenceSuggestions, Suggestions } from "../../domain/Suggestion.ts"
import { Unread, Warning } from "../../importer/Importer.ts"
import * as Rows from "./Rows.ts"

/** What all answers and reports have that grows with what is stored or sent. */

export const coverage = Rows.make(Schema.Struct(CoverageReport.fields), {
  references: CoveredReference,
  unlinked: Unlinked,
  unlinkedExcepted: Unlinked,
  unknownExceptions: CoverageException
})

export const changes = Rows.make(Schema.Struct(CatalogChanges.fields), { changes: Change })

export const suggestions = Rows.make(Schema.Struct(Suggestions.fields), { references: ReferenceSuggestions })

export const carried = Rows.make(Schema.Struct(CarryReport.fields), { relations: Carried })

export const findings = Rows.make(Schema.Struct(LintReport.fields), { findings: LintFinding })

export const GraphAnswer = Schema.Struct({ references: Schema.Array(Reference), relations: Schema.Array(Relation) })
export const graph = Rows.make(GraphAnswer, { references: Reference, relations: Relation })

export const MovedAnswer = Schema.Struct({ moved: Schema.Array(Moved) })
export const moved = Rows.make(MovedAnswer, { moved: Moved })

export const imported = Rows.make(Schema.Struct(ImportReport.fields), {
  failed: ImportFailure,
  unread: Unread,
  warnings: Warning
})

export const importedRelations = Rows.make(Schema.Struct(RelationImportReport.fields), {
  failed: ImportFailure,
  warnings: Warning
})
