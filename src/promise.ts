/**
 * `crosswalk/promise`: a store for programs without Effect. The same verbs return promises and async iterables.
 *
 * @module
 */
import "./domain/Requirements.ts"
export { ConflictError } from "./domain/ConflictError.ts"
export { DatabaseError } from "./domain/DatabaseError.ts"
export { EmbeddingError } from "./domain/EmbeddingError.ts"
export { ImportError } from "./domain/ImportError.ts"
export { ModelLoadError } from "./domain/ModelLoadError.ts"
export { ModelMismatchError } from "./domain/ModelMismatchError.ts"
export { NotFoundError } from "./domain/NotFoundError.ts"
export { ValidationError } from "./domain/ValidationError.ts"
export type { Promised, RunOptions } from "./promise/Promised.ts"
export { open, type PromiseStore } from "./promise/PromiseStore.ts"
