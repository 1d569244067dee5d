import { type Duration, Schema } from "effect"
import { Callback } from "../domain/Callback.ts"
import { DurationInput } from "../domain/DurationInput.ts"
import type { EmbeddingError } from "../domain/EmbeddingError.ts"
import { Filter } from "../domain/Filter.ts"

/** How far `updateAllEmbeddings` has come, in references. */
export interface UpdateProgress {
  readonly done: number
  readonly total: number
}

/** How `updateAllEmbeddings` tries again what the provider could not do for now, such as at its rate limit. */
export const RetryOptions = Schema.Struct({
  /** How many times a request is sent again before `updateAllEmbeddings` stops. Default: 5. */
  times: Schema.optional(Schema.Natural),
  /** The first wait; each further one is twice as long, all give or take a fifth. Default: 500 milliseconds. */
  base: Schema.optional(DurationInput),
  /**
   * The longest wait. Where the provider asks for a longer one, `updateAllEmbeddings` stops at once with its error, whose
   * `retryAfter` says how long. Default: 1 minute.
   */
  longest: Schema.optional(DurationInput)
})
export type RetryOptions = typeof RetryOptions.Type

/** A request that failed and is sent again. */
export interface UpdateRetry {
  readonly error: EmbeddingError
  /** From 1. */
  readonly attempt: number
  readonly wait: Duration.Duration
}

/** What `updateAllEmbeddings` does and whom it tells. */
export const UpdateOptions = Schema.Struct({
  /** Embed again also what is fresh. Default: false. */
  force: Schema.optional(Schema.Boolean),
  filter: Schema.optional(Filter),
  retry: Schema.optional(RetryOptions),
  /** Called after every group that was embedded: `batchSize` of the embedder references, or 32. */
  onProgress: Schema.optional(Callback<UpdateProgress>()),
  /** Called for every reference whose text could not be embedded. */
  onFailure: Schema.optional(Callback<EmbeddingError>()),
  /** Called before the wait that comes before a request is sent again. */
  onRetry: Schema.optional(Callback<UpdateRetry>())
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
