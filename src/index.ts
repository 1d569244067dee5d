/**
 * A semantic reference store as Effect services: references, their embeddings and the relations between them in libSQL.
 *
 * Importing this module loads no native code: libSQL and the model's runtime are loaded when their layers are built.
 *
 * @module
 */

import "./domain/Requirements.ts"

// What is stored and found
export { Boilerplate } from "./domain/Boilerplate.ts"
export { Catalog, CatalogId } from "./domain/Catalog.ts"
export { ForeignCatalog } from "./domain/ForeignCatalog.ts"
export { CutText, CutTexts, CutTextsOptions } from "./domain/CutTexts.ts"
export { Embedding, ModelInfo, ReferenceWithEmbedding } from "./domain/Embedding.ts"
export { ConflictError, ConflictReason } from "./domain/ConflictError.ts"
export { CrosswalkError } from "./domain/CrosswalkError.ts"
export { DatabaseError, DatabaseReason } from "./domain/DatabaseError.ts"
export { EmbeddingError, EmbeddingReason } from "./domain/EmbeddingError.ts"
export { ImportError, ImportReason } from "./domain/ImportError.ts"
export { ModelLoadError, ModelLoadReason } from "./domain/ModelLoadError.ts"
export { ModelMismatchError, ModelMismatchReason } from "./domain/ModelMismatchError.ts"
export { NotFoundError, NotFoundReason } from "./domain/NotFoundError.ts"
export { Remedy } from "./domain/Remedy.ts"
export { ValidationError, ValidationReason } from "./domain/ValidationError.ts"
export { ComparedBy } from "./domain/ComparedBy.ts"
export { Degraded } from "./domain/Degraded.ts"
export { Explanation, Leg } from "./domain/Explanation.ts"
export { FacetCount, Facets } from "./domain/Facets.ts"
export { Filter, RequirementFilter } from "./domain/Filter.ts"
export { Expectation } from "./domain/Expectation.ts"
export { FindOptions } from "./domain/FindOptions.ts"
export { LearnOptions } from "./domain/LearnOptions.ts"
export { RelationDirection } from "./domain/RelationDirection.ts"
export { RelationEnds } from "./domain/RelationEnds.ts"
export { RelationFilter } from "./domain/RelationFilter.ts"
export { RelationInput } from "./domain/RelationInput.ts"
export { RelationKey } from "./domain/RelationKey.ts"
export { PutOptions } from "./domain/PutOptions.ts"
export { RemoveManyOptions, RemoveOptions } from "./domain/RemoveOptions.ts"
export { ResolveOptions } from "./domain/ResolveOptions.ts"
export { Role } from "./domain/Role.ts"
export { SaveManyOptions } from "./domain/SaveManyOptions.ts"
export { SuggestionScope } from "./domain/SuggestionScope.ts"
export { ScoredReference } from "./domain/ScoredReference.ts"
export { MetadataCondition } from "./domain/MetadataCondition.ts"
export { PageOptions, ReferencePage } from "./domain/ReferencePage.ts"
export { Reference, ReferenceInput } from "./domain/Reference.ts"
export { Confidence, Provenance, Relation, RelationStatus, RelationStep, RelationType } from "./domain/Relation.ts"
export { Hit } from "./domain/Hit.ts"
export * as Metrics from "./domain/Metrics.ts"
export { SearchResult } from "./domain/SearchResult.ts"
export { TextOf, textOf } from "./domain/TextOf.ts"

// Embedders
export * as Deterministic from "./embedder/Deterministic.ts"
export * as EffectAi from "./embedder/EffectAi.ts"
export type { EmbedderConfig } from "./embedder/EmbedderConfig.ts"
export { Embedder, type EmbedderError, Purpose } from "./embedder/Embedder.ts"
export * as Transformers from "./embedder/Transformers.ts"

// Storage
export * as Store from "./Store.ts"
export { EmbeddingRepository, type EmbeddingStatus } from "./storage/EmbeddingRepository.ts"
export {
  RetryOptions,
  UpdateOptions,
  type UpdateProgress,
  type UpdateRetry,
  type UpdateTotals
} from "./storage/UpdateOptions.ts"
export { CreateTables } from "./libsql/CreateTables.ts"
export * as LongReads from "./libsql/LongReads.ts"
export * as Migrations from "./storage/Migrations.ts"
export * as Snapshot from "./storage/Snapshot.ts"
export { type PutReference, ReferenceRepository } from "./storage/ReferenceRepository.ts"
export { versionOf } from "./storage/ReferenceVersion.ts"
export type { Removal } from "./storage/ReferenceRemoval.ts"
export type { SaveTotals } from "./storage/ReferenceWriter.ts"
export type { RelationTotals, ReplaceTotals } from "./storage/RelationBulk.ts"
export { RelationRepository } from "./storage/RelationRepository.ts"
export { KeywordMemory } from "./storage/legs/KeywordMemory.ts"
export { CosinesOptions, NearestOptions } from "./storage/NearestOptions.ts"
export { type Nearest, type Neighbour, VectorIndex } from "./storage/VectorIndex.ts"

// Search
export * as Evaluation from "./search/Evaluation.ts"
export { ModelPatience } from "./search/ModelPatience.ts"
export { Search, type SearchError } from "./search/Search.ts"
export { SearchFusion, SearchMode, SearchOptions } from "./search/SearchOptions.ts"
export * as IndexAdmin from "./vectors/IndexAdmin.ts"
export * as Usearch from "./vectors/Usearch.ts"

// Whole catalogs
export { Backup, type BackupFile, BackupOptions, type RestoredDatabase } from "./catalog/Backup.ts"
export {
  CatalogImport,
  type CatalogImportError,
  ImportOptions,
  ImportSettings
} from "./catalog/CatalogImport.ts"
export { WatchEvent, WatchFailed, WatchImported } from "./catalog/ImportWatch.ts"
export { Check, Doctor, DoctorRepair, DoctorReport } from "./catalog/Doctor.ts"
export {
  ImportDone,
  ImportEvent,
  ImportProblem,
  ImportFailure,
  ImportProgress,
  ImportReport,
  RelationImportReport
} from "./catalog/ImportReport.ts"
export { CatalogSource, ImportSource, type NamedBytes } from "./catalog/ImportSource.ts"
export { Lint, type LintError } from "./catalog/Lint.ts"
export { RelationImport, type RelationImportError, RelationImportOptions } from "./catalog/RelationImport.ts"
export { Readiness } from "./catalog/Readiness.ts"
export { Status, StoreStatus } from "./catalog/Status.ts"
export {
  CatalogExport,
  type CatalogExportError,
  ReferenceExportOptions,
  RelationExportOptions,
  WorkbookOptions
} from "./report/CatalogExport.ts"
export type { Exchange, PlacedRelation } from "./report/Exchange.ts"
export { ExportFormat } from "./report/ExportFormat.ts"

// Crosswalks
export { Carry, type CarryError } from "./crosswalk/Carry.ts"
export { Pins } from "./crosswalk/Pins.ts"
export { EmbedsMissing } from "./crosswalk/EmbedsMissing.ts"
export { CatalogDiff, type DiffError } from "./crosswalk/CatalogDiff.ts"
export { Coverage } from "./crosswalk/Coverage.ts"
export { Crosswalk, type SuggestError } from "./crosswalk/Crosswalk.ts"
export * as CatalogDiffDocument from "./report/CatalogDiffDocument.ts"
export * as CoverageDocument from "./report/CoverageDocument.ts"
export * as CoverageCsv from "./report/CoverageCsv.ts"
export * as CoverageHtml from "./report/CoverageHtml.ts"
export * as CoverageJUnit from "./report/CoverageJUnit.ts"
export * as CoverageMarkdown from "./report/CoverageMarkdown.ts"
export * as CoverageSarif from "./report/CoverageSarif.ts"
export * as LintDocument from "./report/LintDocument.ts"
export * as Exceptions from "./importer/Exceptions.ts"
export * as Export from "./report/Export.ts"
export * as ExportCycloneDx from "./report/ExportCycloneDx.ts"
export * as ExportOscal from "./report/ExportOscal.ts"
export * as Graph from "./crosswalk/Graph.ts"
export * as GraphDocument from "./report/GraphDocument.ts"
export * as GraphDot from "./report/GraphDot.ts"
export * as GraphSvg from "./report/GraphSvg.ts"
export { Review, type ReviewError } from "./crosswalk/Review.ts"
export * as ReviewCsv from "./report/ReviewCsv.ts"
export { Carried, CarriedRelation, CarryOutcome, CarryReason, CarryReport, UnclearEnd } from "./domain/Carry.ts"
export { CarryOptions, CarryThrough } from "./domain/CarryOptions.ts"
export { CatalogChanges, Change, ChangeBasis, ChangeKind, Possibility, Successor, TextChange } from "./domain/Change.ts"
export {
  CoverageCounts,
  CoverageException,
  CoverageGroup,
  CoverageLink,
  CoverageOptions,
  CoverageReport,
  CoverageState,
  CoveredBy,
  CoveredReference,
  Unlinked
} from "./domain/Coverage.ts"
export { CoverageComparison, CoverageMove } from "./domain/CoverageComparison.ts"
export { CalibrationFilter } from "./domain/CalibrationFilter.ts"
export { Chosen } from "./domain/Chosen.ts"
export { Decision, RelationState } from "./domain/Decision.ts"
export { Moved, MovedCounts, MovedKind, MovedRelation, Went } from "./domain/Moved.ts"
export { LintFinding, LintOptions, LintReport, LintRule, lintRules, LintSeverity } from "./domain/Lint.ts"
export { DiffOptions, RelationUse } from "./domain/DiffOptions.ts"
export { GraphOptions } from "./domain/GraphOptions.ts"
export { LogOptions } from "./domain/LogOptions.ts"
export { PairCalibration } from "./domain/PairCalibration.ts"
export { Reviewer } from "./domain/Reviewer.ts"
export { ReviewFilter } from "./domain/ReviewFilter.ts"
export { MarkedText, TextPiece } from "./domain/MarkedText.ts"
export { ReviewItem } from "./domain/ReviewItem.ts"
export { ReviewPage, ReviewPageOptions } from "./domain/ReviewPage.ts"
export { RelationPage, RelationPageOptions } from "./domain/RelationPage.ts"
export { Refusal, ReviewChange, ReviewOutcome, ReviewPreview } from "./domain/ReviewOutcome.ts"
export { UndoOptions } from "./domain/UndoOptions.ts"
export { SampleOptions } from "./domain/SampleOptions.ts"
export { Verdict, VerdictForAll } from "./domain/Verdict.ts"
export {
  CalibrationSet,
  HintQuality,
  ReferenceSuggestions,
  Suggestion,
  Suggestions,
  SuggestionScores
} from "./domain/Suggestion.ts"
export { SuggestHooks, type SuggestProgress } from "./domain/SuggestHooks.ts"
export { SuggestMethod, SuggestOptions } from "./domain/SuggestOptions.ts"

// The map of all references
export { MapCatalog, MapLayout, MapMethod } from "./domain/MapLayout.ts"
export { MapComputeOptions, MapTotals, ReferenceMap } from "./map/ReferenceMap.ts"

// Importers
export * as Importer from "./importer/Importer.ts"
export * as Mapping from "./importer/mapping/Mapping.ts"
export * as Mappings from "./importer/mapping/Mappings.ts"
export * as Sources from "./importer/Sources.ts"
