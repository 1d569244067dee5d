import { Schema } from "effect"
import { Callback } from "./Callback.ts"

/** How far a suggestion has come, in references. */
export interface SuggestProgress {
  readonly done: number
  readonly total: number
}

/** Whom `suggest` tells. */
export const SuggestHooks = Schema.Struct({
  /** Called after every 100 references. */
  onProgress: Schema.optional(Callback<SuggestProgress>())
})
export type SuggestHooks = typeof SuggestHooks.Type
