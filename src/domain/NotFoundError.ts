import { Schema } from "effect"
import { complete, errorFields, type Given } from "./ErrorFields.ts"
import { beginning } from "./Quote.ts"

export const NotFoundReason = Schema.Literals(["reference", "relation", "catalog", "database", "file", "other"])
export type NotFoundReason = typeof NotFoundReason.Type

const isReason = Schema.is(NotFoundReason)

const fields = {
  ...errorFields(NotFoundReason),
  /** The URI, identifier or path that was asked for. */
  uri: Schema.String,
  /** What was looked for, as a word: `reference`, `relation`, `catalog`, or any other. */
  entity: Schema.String
}

/** Nothing is stored under this URI. `reason` is the `entity` where that is one of this library. */
export class NotFoundError extends Schema.TaggedError<NotFoundError>()("NotFoundError", fields, {
  httpApiStatus: 404
}) {
  // @effect-diagnostics-next-line overriddenSchemaConstructor:off
  constructor(
    { cause, ...given }: Given<typeof fields, "reason" | "problem" | "isRetryable">,
    options?: Schema.MakeOptions
  ) {
    const { entity, uri } = given
    const reason = isReason(entity) ? entity : "other"
    super({ reason, problem: `there is no ${entity} ${beginning(uri, 200)}`, isRetryable: false, ...given }, options)
    complete(this, cause)
  }

  override get message() {
    return `${this.problem.charAt(0).toUpperCase()}${this.problem.slice(1)}`
  }
}
