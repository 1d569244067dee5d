import { Schema } from "effect"
import * as Arbitrary from "effect/Arbitrary"

/** Texts of up to so many of the pieces. */
export const textOf = (pieces: ReadonlyArray<string>, maxLength: number): Arbitrary.Arbitrary<string> =>
  Arbitrary.map(Arbitrary.array(Arbitrary.schema(Schema.Literals(pieces)), { maxLength }), (parts) => parts.join(""))

/** The same texts, where one is blank with a letter before it. */
export const filled = (text: Arbitrary.Arbitrary<string>): Arbitrary.Arbitrary<string> =>
  Arbitrary.map(text, (tail) => (tail.trim() === "" ? `x${tail}` : tail))

export const optional = <A>(arbitrary: Arbitrary.Arbitrary<A>): Arbitrary.Arbitrary<A | undefined> =>
  Arbitrary.map(Arbitrary.all([Arbitrary.schema(Schema.Boolean), arbitrary]), ([there, value]) =>
    there ? value : undefined
  )

/** JSON as it is stored: it has no negative zero; NUL and lone surrogates are refused and have a test of their own. */
export const metadata: Arbitrary.Arbitrary<Schema.Json> = Arbitrary.filter(
  Arbitrary.map(Arbitrary.schema(Schema.Json), (value): Schema.Json => JSON.parse(JSON.stringify(value))),
  (value) => !/\\u(0000|d[89a-f])/u.test(JSON.stringify(value))
)
