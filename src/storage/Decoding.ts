import { Effect, Schema } from "effect"
import { normalise } from "../domain/Vector.ts"
import { DatabaseError } from "../domain/DatabaseError.ts"
import { ValidationError } from "../domain/ValidationError.ts"

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
            "Something else wrote to the tables",
          remedy: { action: "checkDatabase" },
          cause: error
        })
    )
}

const isArrayLike = (value: unknown): value is ArrayLike<unknown> =>
  typeof value === "object" && value !== null && typeof Reflect.get(value, "length") === "number"

/** A caller's vector as a normalised one of the right dimensions, or what is wrong with it. */
export const decodeVector = (vector: unknown, dimensions: number): Float32Array | ValidationError => {
  const problem = (value: unknown, constraint: string) =>
    new ValidationError({ field: "vector", value, constraint, expected: `${dimensions} finite numbers, not all 0` })
  try {
    if (!isArrayLike(vector)) return problem(vector, "is not a list of numbers")
    const { length } = vector
    if (length !== dimensions) {
      return problem(`${length} numbers`, `has ${length} dimensions, the model in use ${dimensions}`)
    }
    const numbers =
      vector instanceof Float32Array
        ? vector
        : Array.from(vector, (value) => (typeof value === "number" ? value : Number.NaN))
    return normalise(numbers) ?? problem(`${length} numbers`, "has no direction")
  } catch {
    return problem(undefined, "cannot be read")
  }
}
