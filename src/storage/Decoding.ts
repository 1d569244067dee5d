import { Effect, Schema } from "effect"
import { normalise } from "../domain/Vector.ts"
import { DatabaseError } from "../domain/DatabaseError.ts"
import { ValidationError } from "../domain/ValidationError.ts"
import { Filter } from "../domain/Filter.ts"

/** Decodes what a caller gave; the first problem becomes a ValidationError. `root` names the value as a whole. */
export const decodeInput = <S extends Schema.Constraint & { readonly DecodingServices: never }>(
  schema: S,
  root: string
) => {
  const decode = Schema.decodeUnknownEffect(schema)
  return (input: unknown): Effect.Effect<S["Type"], ValidationError> =>
    Effect.mapError(decode(input), (error) => ValidationError.fromIssue(error.issue, input, root))
}

/** After so many of a list others have their turn: some 5 ms. */
const groupSize = 500

/** Decodes a list; the first problem becomes a ValidationError whose field begins with the index, such as `3.title`. */
export const decodeEach = <S extends Schema.Constraint & { readonly DecodingServices: never }>(
  schema: S,
  root: string
) => {
  const decodeList = decodeInput(Schema.Array(Schema.Unknown), root)
  const decode = decodeInput(schema, "")
  return Effect.fnUntraced(function* (inputs: unknown): Effect.fn.Return<Array<S["Type"]>, ValidationError> {
    const decoded: Array<S["Type"]> = []
    for (const [i, input] of (yield* decodeList(inputs)).entries()) {
      const one = Effect.mapError(
        decode(input),
        ({ constraint, expected, field, value }) =>
          new ValidationError({ field: field === "" ? `${i}` : `${i}.${field}`, value, constraint, expected })
      )
      decoded.push(yield* one)
      if (i % groupSize === groupSize - 1) yield* Effect.yieldNow
    }
    return decoded
  })
}

/** Decodes a row of a table; a row that does not fit says that something else wrote it. */
export const decodeRow = <S extends Schema.Constraint & { readonly DecodingServices: never }>(
  schema: S,
  operation: string
) => {
  const decode = Schema.decodeUnknownEffect(schema)
  return (row: unknown): Effect.Effect<S["Type"], DatabaseError> =>
    Effect.mapError(
      decode(row),
      (error) =>
        new DatabaseError({
          operation,
          reason: "corrupt",
          isRetryable: false,
          problem:
            `a stored row cannot be read (${error.message.replaceAll("\n", " ")}). ` +
            `Something else wrote to the tables; 'crosswalk doctor' tells more`,
          cause: error
        })
    )
}

/** A limit that is a whole number from 0 up; larger than any table is fine. */
export const decodeLimit = (limit: number): Effect.Effect<number, ValidationError> =>
  limit >= 0 && (Number.isInteger(limit) || limit === Number.POSITIVE_INFINITY)
    ? Effect.succeed(Math.min(limit, 2 ** 31))
    : Effect.fail(
        new ValidationError({
          field: "limit",
          value: limit,
          constraint: "is not a whole number from 0 up",
          expected: "a whole number such as 10, or 0 for no results"
        })
      )

/** A text to look for; anything but white space will do. */
export const decodeQuery = (field: string, text: string): Effect.Effect<string, ValidationError> =>
  typeof text === "string" && text.trim() !== ""
    ? Effect.succeed(text)
    : Effect.fail(
        new ValidationError({ field, value: text, constraint: "is blank", expected: "text with at least one word" })
      )

/** The filter of a search, with paths that JSON has. */
export const decodeFilter = decodeInput(Schema.UndefinedOr(Filter), "filter")

/** A caller's vector as a normalised one of the right dimensions, or what is wrong with it. */
export const decodeVector = (vector: ArrayLike<number>, dimensions: number): Float32Array | ValidationError => {
  const problem = (constraint: string) =>
    new ValidationError({
      field: "vector",
      value: `${vector.length} numbers`,
      constraint,
      expected: `${dimensions} finite numbers, not all 0`
    })
  if (vector.length !== dimensions) return problem(`has ${vector.length} dimensions, the model in use ${dimensions}`)
  return normalise(vector) ?? problem("has no direction")
}
