import { Effect, Schema } from "effect"
import { DatabaseError, ValidationError } from "../domain/errors.ts"

/** Decodes what a caller gave; the first problem becomes a ValidationError. `root` names the value as a whole. */
export const decodeInput = <S extends Schema.Constraint & { readonly DecodingServices: never }>(
  schema: S,
  root: string
) => {
  const decode = Schema.decodeUnknownEffect(schema)
  return (input: unknown): Effect.Effect<S["Type"], ValidationError> =>
    Effect.mapError(decode(input), (error) => ValidationError.fromIssue(error.issue, input, root))
}

/** Decodes a row of a table; a row that does not fit says that something else wrote it. */
export const decodeRow = <S extends Schema.Constraint & { readonly DecodingServices: never }>(
  schema: S,
  operation: string
) => {
  const decode = Schema.decodeUnknownEffect(schema)
  return (row: unknown): Effect.Effect<S["Type"], DatabaseError> =>
    Effect.mapError(decode(row), (error) =>
      new DatabaseError({
        operation,
        reason: "corrupt",
        isRetryable: false,
        problem: `a stored row cannot be read (${error.message.replaceAll("\n", " ")}). ` +
          `Something else wrote to the tables; 'crosswalk doctor' tells more`,
        cause: error
      }))
}

const Limit = Schema.Struct({ limit: Schema.Natural })

/** A limit that is a whole number from 0 up; larger than any table is fine. */
export const decodeLimit = (limit: number): Effect.Effect<number, ValidationError> =>
  Effect.mapError(
    Schema.decodeUnknownEffect(Limit)({ limit }),
    () =>
      new ValidationError({
        field: "limit",
        value: limit,
        constraint: "is not a whole number from 0 up",
        expected: "a whole number such as 10, or 0 for no results"
      })
  ).pipe(Effect.map((decoded) => Math.min(decoded.limit, 2 ** 31)))
