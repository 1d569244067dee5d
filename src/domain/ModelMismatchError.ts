import { Schema } from "effect"
import { complete, errorFields, type Given } from "./ErrorFields.ts"

export const ModelMismatchReason = Schema.Literals([
  /** The stored vectors are of another model than the one in use. */
  "otherModel"
])
export type ModelMismatchReason = typeof ModelMismatchReason.Type

const fields = {
  ...errorFields(ModelMismatchReason),
  /** The fingerprint of the stored vectors. */
  stored: Schema.String,
  /** The fingerprint of the model in use. */
  active: Schema.String,
  /** The names of the two models. */
  storedModel: Schema.String,
  activeModel: Schema.String
}

/** The stored vectors were made with another model, so they cannot be compared. */
export class ModelMismatchError extends Schema.TaggedError<ModelMismatchError>()("ModelMismatchError", fields, {
  httpApiStatus: 409
}) {
  // @effect-diagnostics-next-line overriddenSchemaConstructor:off
  constructor(
    { cause, ...given }: Given<typeof fields, "reason" | "problem" | "isRetryable">,
    options?: Schema.MakeOptions
  ) {
    const problem =
      `the stored vectors are of ${given.storedModel} (${given.stored}), the model in use is ${given.activeModel} ` +
      `(${given.active}). Embed again with EmbeddingRepository.updateAllEmbeddings, or use the first model`
    super(
      { reason: "otherModel", problem, isRetryable: false, remedy: { action: "updateEmbeddings" }, ...given },
      options
    )
    complete(this, cause)
  }

  override get message() {
    return this.problem
  }
}
