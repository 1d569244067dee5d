import { Schema, SchemaIssue } from "effect"
import { quote } from "./Quote.ts"

/** An input that breaks a rule; nothing was written. */
export class ValidationError extends Schema.TaggedError<ValidationError>()(
  "ValidationError",
  {
    /** The field, with dots where it is inside another, such as `metadata.level`. */
    field: Schema.String,
    /** What was given. */
    value: Schema.Unknown,
    /** The rule in words. */
    constraint: Schema.String,
    /** What would be right, with an example where that helps. */
    expected: Schema.String
  },
  { httpApiStatus: 400 }
) {
  override get message() {
    return `${this.field}: ${this.constraint}; got ${quote(this.value)}. Expected ${this.expected}.`
  }

  /** The first problem that a Schema found, as a ValidationError. `input` is the value that was decoded. */
  static fromIssue(issue: SchemaIssue.Issue, input: unknown, root = "input"): ValidationError {
    const first = SchemaIssue.makeFormatterStandardSchemaV1()(issue).issues[0]
    const path = (first?.path ?? []).map((part) => (typeof part === "object" ? part.key : part))
    let value: unknown = input
    for (const key of path) {
      value = typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined
    }
    const expected = first?.message.replace(/^Expected /u, "").replace(/, got .*$/su, "") ?? "a valid value"
    return new ValidationError({
      field: path.length === 0 ? root : path.map(String).join("."),
      value,
      constraint: value === undefined ? "is missing" : "is not valid",
      expected: expected === "Missing key" ? "a value" : expected
    })
  }
}
