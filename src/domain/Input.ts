import { Effect, Exit, Schema, SchemaGetter } from "effect"
import { ValidationError } from "./ValidationError.ts"

/** A Schema that decodes by itself. */
export type InputSchema = Schema.Constraint & { readonly DecodingServices: never }

/**
 * Reads a value; a key that the Schema does not have is refused. Never throws, whatever the value is. `root` names the
 * value as a whole, `prefix` is what the names of its fields begin with.
 */
const reader = <S extends InputSchema>(schema: S) => {
  const decode = Schema.decodeUnknownExit(schema, { onExcessProperty: "error" })
  return (input: unknown, root: string, prefix: string): Exit.Exit<S["Type"], ValidationError> => {
    try {
      const exit = decode(input)
      if (Exit.isSuccess(exit)) return Exit.succeed(exit.value)
      const [reason] = exit.cause.reasons
      if (reason?._tag === "Fail") {
        return Exit.fail(ValidationError.fromIssue(reason.error.issue, input, root, prefix))
      }
    } catch {
      // A getter or a proxy that throws.
    }
    return Exit.fail(
      new ValidationError({ field: root, value: undefined, constraint: "cannot be read", expected: "plain data" })
    )
  }
}

/** Decodes what a caller gave; the first problem becomes a ValidationError. */
export const decodeInput = <S extends InputSchema>(schema: S, root: string, prefix = "") => {
  const read = reader(schema)
  return (input: unknown): Effect.Effect<S["Type"], ValidationError> => Effect.suspend(() => read(input, root, prefix))
}

/** After so many of a list others have their turn: some 5 ms. */
const groupSize = 500

/** Decodes a list; the first problem becomes a ValidationError whose field begins with the index, such as `3.title`. */
export const decodeEach = <S extends InputSchema>(schema: S, root: string) => {
  const decodeList = decodeInput(Schema.Array(Schema.Unknown), root)
  const read = reader(schema)
  return Effect.fnUntraced(function* (inputs: unknown): Effect.fn.Return<Array<S["Type"]>, ValidationError> {
    const decoded: Array<S["Type"]> = []
    for (const [i, input] of (yield* decodeList(inputs)).entries()) {
      decoded.push(yield* read(input, `${i}`, `${i}.`))
      if (i % groupSize === groupSize - 1) yield* Effect.yieldNow
    }
    return decoded
  })
}

/**
 * What is saved, also where it is given back as it was read: of an instance of the class the fields that can be saved are
 * taken.
 */
export const orInstanceOf = <S extends InputSchema & { readonly fields: Schema.Struct.Fields }>(
  schema: S,
  stored: abstract new (...args: never) => object
) => {
  const fields = Object.keys(schema.fields)
  return Schema.Unknown.pipe(
    Schema.decodeTo(schema, {
      decode: SchemaGetter.transform((input: unknown) =>
        input instanceof stored ? Object.fromEntries(fields.map((field) => [field, Reflect.get(input, field)])) : input
      ),
      encode: SchemaGetter.passthrough()
    })
  )
}
