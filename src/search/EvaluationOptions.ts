import { Schema } from "effect"
import { Callback } from "../domain/Callback.ts"
import { NonBlankText } from "../domain/Text.ts"
import { SearchMode, SearchOptions } from "./SearchOptions.ts"

/** How far an evaluation is. */
export interface EvaluationProgress {
  readonly stage: "reading" | "embedding" | "searching"
  readonly done: number
  /** Absent while it is not known. */
  readonly total?: number | undefined
}

/** How a search by words is evaluated. */
export const KeywordEvaluationOptions = Schema.Struct({
  /** The file in `qrels`, without `.tsv`. Default: `test` where there is one, else all. */
  split: Schema.optional(NonBlankText),
  /** Of the bootstrap: the same seed gives the same intervals. Default: 1. */
  seed: Schema.optional(Schema.Finite),
  onProgress: Schema.optional(Callback<EvaluationProgress>())
})
export type KeywordEvaluationOptions = typeof KeywordEvaluationOptions.Type

/** What is evaluated, and how. */
export const EvaluationOptions = Schema.Struct({
  ...KeywordEvaluationOptions.fields,
  /** Default: all three. */
  modes: Schema.optional(Schema.Array(SearchMode)),
  search: Schema.optional(
    Schema.Struct({ semanticWeight: SearchOptions.fields.semanticWeight, fusion: SearchOptions.fields.fusion })
  )
})
export type EvaluationOptions = typeof EvaluationOptions.Type
