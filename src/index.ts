/**
 * A semantic reference store as Effect services: references, their embeddings and the relations between them in libSQL.
 *
 * Importing this module loads no native code: libSQL and the model's runtime are loaded when their layers are built.
 *
 * @module
 */
export { Boilerplate } from "./domain/Boilerplate.ts"
export { Catalog, CatalogId } from "./domain/Catalog.ts"
export { Embedding, ModelInfo, ReferenceWithEmbedding } from "./domain/Embedding.ts"
export {
  ConflictError,
  DatabaseError,
  DatabaseReason,
  EmbeddingError,
  ImportError,
  ModelLoadError,
  ModelMismatchError,
  NotFoundError,
  ValidationError
} from "./domain/errors.ts"
export { Filter } from "./domain/Filter.ts"
export { Decision } from "./domain/Decision.ts"
export { Explanation } from "./domain/Explanation.ts"
export { FacetCount, Facets } from "./domain/Facets.ts"
export { Hit } from "./domain/Hit.ts"
export { Reference, ReferenceInput } from "./domain/Reference.ts"
export { Confidence, Provenance, Relation, RelationStatus, RelationType } from "./domain/Relation.ts"
export { MetadataCondition } from "./domain/MetadataCondition.ts"
export { SearchHit } from "./domain/SearchHit.ts"
export { TextOf, textOf } from "./domain/TextOf.ts"
export { Embedder, type Purpose } from "./embedder/Embedder.ts"
export * as Deterministic from "./embedder/Deterministic.ts"
export * as EffectAi from "./embedder/EffectAi.ts"
export * as Transformers from "./embedder/Transformers.ts"
export type {
  Columns as ImportColumns,
  Entry,
  Format,
  Item,
  Options as ImportOptions,
  Source,
  Withdrawn
} from "./importer/Importer.ts"
export * as Sources from "./importer/Sources.ts"
export * as Evaluation from "./search/Evaluation.ts"
export { Search, type SearchResult } from "./search/Search.ts"
export { Fusion, Mode, SearchOptions } from "./search/SearchOptions.ts"
export * as Usearch from "./search/Usearch.ts"
export * as Store from "./Store.ts"
export { EmbeddingRepository, type EmbeddingStatus } from "./storage/EmbeddingRepository.ts"
export type { UpdateOptions, UpdateProgress, UpdateTotals } from "./storage/EmbeddingUpdate.ts"
export * as Migrations from "./storage/Migrations.ts"
export {
  ReferenceRepository,
  type SaveTotals,
  type SearchOptions as FindOptions
} from "./storage/ReferenceRepository.ts"
export { type Direction, RelationInput, RelationRepository } from "./storage/RelationRepository.ts"
export { type NearestOptions, type Neighbour, VectorIndex } from "./storage/VectorIndex.ts"
