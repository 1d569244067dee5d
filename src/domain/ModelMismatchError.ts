import { Schema } from "effect"

/** The stored vectors were made with another model, so they cannot be compared. */
export class ModelMismatchError extends Schema.TaggedError<ModelMismatchError>()(
  "ModelMismatchError",
  {
    /** The fingerprint of the stored vectors. */
    stored: Schema.String,
    /** The fingerprint of the model in use. */
    active: Schema.String,
    /** The names of the two models. */
    storedModel: Schema.String,
    activeModel: Schema.String
  },
  { httpApiStatus: 409 }
) {
  override get message() {
    return (
      `The stored vectors are of ${this.storedModel} (${this.stored}), the model in use is ${this.activeModel} ` +
      `(${this.active}). Re-embed with EmbeddingRepository.updateAllEmbeddings or 'crosswalk embed', ` +
      `or use the first model.`
    )
  }
}
