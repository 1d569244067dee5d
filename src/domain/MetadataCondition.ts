import { Effect, Schema, SchemaGetter, SchemaIssue } from "effect"
import { ValidationError } from "./ValidationError.ts"
import { Text } from "./Text.ts"

/** How a metadata value must stand to the value of a condition. */
export const Operator = Schema.Literals(["=", "!=", "<", "<=", ">", ">="])
export type Operator = typeof Operator.Type

/** A path into JSON: keys joined by dots, such as `owner.team`. A key with a quote or a backslash cannot be asked for. */
const Path = Text.check(
  Schema.makeFilter((path) =>
    path.split(".").every((key) => /^[^"\\]+$/u.test(key)) ? undefined : "keys joined by dots, such as owner.team"
  )
)

/**
 * What the metadata of a reference must say, such as that `level` is at least 2.
 *
 * A number compares with numbers, and with texts that are written as one (`"2"`); text with text, by code unit; `true`,
 * `false` and `null` only by `=` and `!=`. Where the metadata has an array, one element that fits is enough. Metadata
 * without the path fits nothing but `!=`.
 */
export const MetadataCondition = Schema.Struct({
  path: Path,
  operator: Operator,
  value: Schema.Union([Text, Schema.Finite, Schema.Boolean, Schema.Null])
})
export type MetadataCondition = typeof MetadataCondition.Type

const decode = Schema.decodeUnknownOption(MetadataCondition)

/** What stands behind the operator: a JSON number, boolean, null or quoted text, else the text as it stands. */
const valueOf = (text: string): MetadataCondition["value"] => {
  if (/^(true|false|null|-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?)$/u.test(text)) return JSON.parse(text)
  return /^".*"$/su.test(text) ? text.slice(1, -1) : text
}

/** What is asked for by a level: a number means that level and all below, anything else a group of which several are listed. */
export const ofLevel = (level: string): MetadataCondition =>
  /^\d+(\.\d+)?$/u.test(level)
    ? { path: "level", operator: "<=", value: Number(level) }
    : { path: "levels", operator: "=", value: level }

/**
 * Reads a condition as it is typed: `level>=2`, `owner.team = platform`, `cwe=79`, `status!="2"`. Digits are a number
 * unless quoted.
 */
export const parse = (text: string): MetadataCondition | ValidationError => {
  const parts = /^(?<path>[^=!<>]+)(?<operator>[<>!]=|[=<>])(?<value>.*)$/su.exec(text)?.groups
  const condition =
    parts === undefined
      ? undefined
      : decode({
          path: parts["path"]?.trim(),
          operator: parts["operator"],
          value: valueOf(parts["value"]?.trim() ?? "")
        })
  return condition?._tag === "Some"
    ? condition.value
    : new ValidationError({
        field: "where",
        value: text,
        constraint: "is not a condition",
        expected: "path, operator (=, !=, <, <=, >, >=) and value, such as level>=2 or owner.team=platform"
      })
}

/** A condition as {@link parse} reads it: `level>=2`. */
export const format = ({ operator, path, value }: MetadataCondition): string => {
  const text = String(value)
  return `${path}${operator}${typeof value === "string" && valueOf(text) !== text ? `"${text}"` : text}`
}

/** A condition as a text, such as `level>=2`; encoded it is the text again. */
export const MetadataConditionText = Text.pipe(
  Schema.decodeTo(Schema.toType(MetadataCondition), {
    decode: SchemaGetter.transformEffect((text: string) => {
      const condition = parse(text)
      return condition instanceof ValidationError
        ? Effect.fail(new SchemaIssue.InvalidValue({ message: `Expected ${condition.expected}` }))
        : Effect.succeed(condition)
    }),
    encode: SchemaGetter.transform(format)
  })
)
