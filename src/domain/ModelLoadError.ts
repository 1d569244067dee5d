import { Schema } from "effect"

/** A model is unknown, missing, damaged or of another kind than it should be. */
export class ModelLoadError extends Schema.TaggedError<ModelLoadError>()(
  "ModelLoadError",
  {
    /** The model that was asked for. */
    model: Schema.String,
    /** What is wrong, and where it was looked for. */
    reason: Schema.String,
    /** What to do about it. */
    remedy: Schema.String,
    cause: Schema.optional(Schema.Defect())
  },
  { httpApiStatus: 503 }
) {
  override get message() {
    return `Model ${this.model} cannot be used: ${this.reason}. ${this.remedy}`
  }
}
