import { Schema } from "effect"
import { ConflictError } from "./ConflictError.ts"
import { DatabaseError } from "./DatabaseError.ts"
import { EmbeddingError } from "./EmbeddingError.ts"
import { ImportError } from "./ImportError.ts"
import { ModelLoadError } from "./ModelLoadError.ts"
import { ModelMismatchError } from "./ModelMismatchError.ts"
import { NotFoundError } from "./NotFoundError.ts"
import { ValidationError } from "./ValidationError.ts"

/**
 * Every error that this library fails with. Each has a `_tag`, a `reason` (a code of a closed set of its own), a `problem`
 * in words, `isRetryable`, and a `remedy` where a program can do something about it. Encoded to JSON it carries neither a
 * cause nor a whole text.
 *
 * @example
 * import type { CrosswalkError } from "crosswalk"
 *
 * // A new error does not compile until it has a case here.
 * const statusOf = (error: CrosswalkError): number => {
 *   switch (error._tag) {
 *     case "ValidationError":
 *       return 400
 *     case "NotFoundError":
 *       return 404
 *     case "ConflictError":
 *     case "ModelMismatchError":
 *       return 409
 *     case "ImportError":
 *       return 422
 *     case "DatabaseError":
 *     case "EmbeddingError":
 *     case "ModelLoadError":
 *       return error.isRetryable ? 503 : 500
 *   }
 * }
 */
export const CrosswalkError = Schema.Union([
  ConflictError,
  DatabaseError,
  EmbeddingError,
  ImportError,
  ModelLoadError,
  ModelMismatchError,
  NotFoundError,
  ValidationError
])
export type CrosswalkError = typeof CrosswalkError.Type
