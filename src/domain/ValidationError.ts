import { Schema, SchemaAST, SchemaIssue } from "effect"
import { quote } from "./Quote.ts"

/** Begins the message of an excess key; what follows are the keys that there are. */
const unknownField = "Unknown field: "

const format = SchemaIssue.makeFormatterStandardSchemaV1({
  leafHook: (issue) =>
    issue._tag === "UnexpectedKey" && SchemaAST.isObjects(issue.ast)
      ? `${unknownField}${issue.ast.propertySignatures.map(({ name }) => String(name)).join(", ")}`
      : SchemaIssue.defaultLeafHook(issue)
})

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

  /**
   * The first problem that a Schema found, as a ValidationError. `input` is the value that was decoded, `root` its name, and
   * `prefix` what the names of its fields begin with, such as `filter.`.
   */
  static fromIssue(issue: SchemaIssue.Issue, input: unknown, root = "input", prefix = ""): ValidationError {
    const first = format(issue).issues[0]
    const path = (first?.path ?? []).map((part) => (typeof part === "object" ? part.key : part))
    let value: unknown = input
    for (const key of path) {
      value = typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined
    }
    const message = first?.message ?? "a valid value"
    const isUnknown = message.startsWith(unknownField)
    const expected = message.replace(/^Expected /u, "").replace(/, got .*$/su, "")
    return new ValidationError({
      field: path.length === 0 ? root : prefix + path.map(String).join("."),
      value,
      constraint: isUnknown ? "is not a known field" : value === undefined ? "is missing" : "is not valid",
      expected: isUnknown ? message.slice(unknownField.length) : expected === "Missing key" ? "a value" : expected
    })
  }
}
