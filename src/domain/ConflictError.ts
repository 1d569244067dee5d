import { Schema } from "effect"
import { complete, errorFields, type Given } from "./ErrorFields.ts"
import { beginning } from "./Quote.ts"

export const ConflictReason = Schema.Literals([
  /** A person decided on it. */
  "decided",
  /** Somebody else changed it meanwhile. */
  "changed",
  /** Several references have this name; `remedy` lists their URIs. */
  "ambiguous",
  /** It has no embedding of its text, and nothing may be embedded here. */
  "notEmbedded"
])
export type ConflictReason = typeof ConflictReason.Type

const fields = {
  ...errorFields(ConflictReason),
  /** What the change was for, or the name that was given. */
  uri: Schema.String
}

/** What is stored stands against it: a decision, what somebody else wrote, several references of one name, a missing embedding. */
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
