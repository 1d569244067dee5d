import { Schema } from "effect"
import { complete, errorFields, type Given } from "./ErrorFields.ts"
import { beginning } from "./Quote.ts"

export const ConflictReason = Schema.Literals([
  /** A person decided on it. */
  "decided",
  /** Somebody else changed it meanwhile. */
  "changed",
  /** Several references have this name; `remedy` lists their URIs. */
  "ambiguous"
])
export type ConflictReason = typeof ConflictReason.Type

const fields = {
  ...errorFields(ConflictReason),
  /** What the change was for, or the name that was given. */
  uri: Schema.String
}

/** A change would lose what a person decided or somebody else wrote, or a name is that of several references. */
export class ConflictError extends Schema.TaggedError<ConflictError>()("ConflictError", fields, {
  httpApiStatus: 409
}) {
  // @effect-diagnostics-next-line overriddenSchemaConstructor:off
  constructor({ cause, ...given }: Given<typeof fields, "reason" | "isRetryable">, options?: Schema.MakeOptions) {
    super({ reason: "decided", isRetryable: given.reason === "changed", ...given }, options)
    complete(this, cause)
  }

  override get message() {
    return `${beginning(this.uri, 200)}: ${this.problem}`
  }
}
