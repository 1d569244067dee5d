import { Predicate, Schema, SchemaGetter, type SchemaIssue } from "effect"
import { complete, errorFields, type Given } from "./ErrorFields.ts"
import { beginning, quote } from "./Quote.ts"
import { isSecretName, redacted } from "./Redact.ts"
import { problemOf } from "./ValidationProblem.ts"

export const ValidationReason = Schema.Literals([
  /** A value is needed and none was given. */
  "missing",
  /** There is no such field. */
  "unexpected",
  /** The value is of another type. */
  "type",
  /** The value breaks a rule. */
  "invalid"
])
export type ValidationReason = typeof ValidationReason.Type

/** What JSON shows of a value: primitives as they are, a long text's beginning, anything else in words. */
const shown = (value: unknown): string | number | boolean | null => {
  switch (typeof value) {
    case "string":
      return beginning(value, 200)
    case "boolean":
      return value
    case "number":
      return Number.isFinite(value) ? value : String(value)
    default:
      return value === null ? null : quote(value)
  }
}

/** Any value. Its JSON is short and always possible. */
const Anything = Schema.declare(Predicate.isUnknown, {
  expected: "anything",
  toCodecJson: () =>
    Schema.link<unknown>()(Schema.Union([Schema.String, Schema.Finite, Schema.Boolean, Schema.Null]), {
      decode: SchemaGetter.passthrough(),
      encode: SchemaGetter.transform(shown)
    })
})

const fields = {
  ...errorFields(ValidationReason),
  /** The field, with dots where it is inside another, such as `filter.metadata.0.operator`. */
  field: Schema.String,
  /** What was given. JSON has the beginning of a long text, and words such as `an object` for what JSON does not have. */
  value: Anything,
  /** The rule in words. */
  constraint: Schema.String,
  /** What would be right, with an example where that helps. */
  expected: Schema.String
}

/** An input that breaks a rule; nothing was written. */
export class ValidationError extends Schema.TaggedError<ValidationError>()("ValidationError", fields, {
  httpApiStatus: 400
}) {
  // @effect-diagnostics-next-line overriddenSchemaConstructor:off
  constructor(
    { cause, value: found, ...others }: Given<typeof fields, "reason" | "problem" | "isRetryable">,
    options?: Schema.MakeOptions
  ) {
    const value = found !== undefined && isSecretName(others.field) ? redacted : found
    const given = { ...others, value }
    const { constraint, expected } = given
    const got = value === undefined ? "" : `; got ${quote(value)}`
    const problem = `${constraint}${got}. Expected ${expected}.`
    super({ reason: "invalid", problem, isRetryable: false, ...given }, options)
    complete(this, cause)
  }

  override get message() {
    return `${this.field}: ${this.problem}`
  }

  /**
   * The problem that a Schema found, as a ValidationError: the first of several, of a union's that of the member which fits
   * best. `input` is the value that was decoded, `root` its name, and `prefix` what the names of its fields begin with, such
   * as `filter.`.
   */
  static fromIssue(issue: SchemaIssue.Issue, input: unknown, root = "input", prefix = ""): ValidationError {
    return new ValidationError(problemOf(issue, input, root, prefix))
  }
}
