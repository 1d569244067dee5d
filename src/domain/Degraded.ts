import { Schema } from "effect"
import { type EmbeddingError, EmbeddingReason } from "./EmbeddingError.ts"
import { type ModelLoadError, ModelLoadReason } from "./ModelLoadError.ts"
import { Remedy } from "./Remedy.ts"

/** Why a hybrid search compared words alone: what the model failed with. */
export class Degraded extends Schema.Class<Degraded>("crosswalk/Degraded")({
  error: Schema.Literals(["EmbeddingError", "ModelLoadError"]),
  /** Why, as the code of that error. */
  reason: Schema.Union([EmbeddingReason, ModelLoadReason]),
  /** What happened, for a person. */
  problem: Schema.String,
  /** A later search may compare meaning again. */
  isRetryable: Schema.Boolean,
  /** What can be done about it, where a program can do it. */
  remedy: Schema.optionalKey(Remedy)
}) {
  static of({ _tag: error, isRetryable, problem, reason, remedy }: EmbeddingError | ModelLoadError): Degraded {
    return new Degraded({ error, reason, problem, isRetryable, ...(remedy !== undefined && { remedy }) })
  }
}
