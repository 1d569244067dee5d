import { Schema } from "effect"
import { complete, errorFields, type Given } from "./ErrorFields.ts"

export const ModelLoadReason = Schema.Literals([
  /** No model has this name. */
  "unknown",
  /** Its files are not there. */
  "missing",
  /** Its files are not what they should be. */
  "damaged",
  /** It is of a kind that cannot be used, or not with these options. */
  "incompatible",
  /** It could not be downloaded. */
  "download",
  /** It would have to be downloaded, and the network is not to be used. */
  "offline",
  /** What runs it does not start. */
  "runtime"
])
export type ModelLoadReason = typeof ModelLoadReason.Type

const fields = {
  ...errorFields(ModelLoadReason),
  /** The model that was asked for. */
  model: Schema.String
}

/** A model cannot be used. */
export class ModelLoadError extends Schema.TaggedError<ModelLoadError>()("ModelLoadError", fields, {
  httpApiStatus: 503
}) {
  // @effect-diagnostics-next-line overriddenSchemaConstructor:off
  constructor({ cause, ...given }: Given<typeof fields, "isRetryable">, options?: Schema.MakeOptions) {
    super({ isRetryable: given.reason === "download", ...given }, options)
    complete(this, cause)
  }

  override get message() {
    return `Model ${this.model} cannot be used: ${this.problem}`
  }
}
