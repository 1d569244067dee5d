import { Schema } from "effect"
import { Callback } from "../domain/Callback.ts"
import type { EmbeddingError } from "../domain/EmbeddingError.ts"
import { Filter } from "../domain/Filter.ts"

/** How far `updateAllEmbeddings` has come, in references. */
export interface UpdateProgress {
  readonly done: number
  readonly total: number
}

/** What `updateAllEmbeddings` does and whom it tells. */
export const UpdateOptions = Schema.Struct({
  /** Embed again also what is fresh. Default: false. */
  force: Schema.optional(Schema.Boolean),
  filter: Schema.optional(Filter),
  /** Called after every group of up to 32 references. */
  onProgress: Schema.optional(Callback<UpdateProgress>()),
  /** Called for every reference whose text could not be embedded. */
  onFailure: Schema.optional(Callback<EmbeddingError>())
})
export type UpdateOptions = typeof UpdateOptions.Type

/** What `updateAllEmbeddings` did, in numbers of references. */
export interface UpdateTotals {
  readonly updated: number
  /** Fresh already. */
  readonly skipped: number
  /** Their text could not be embedded; the next call tries them again. */
  readonly failed: number
}
