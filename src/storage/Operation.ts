import { Effect, Schema, Stream } from "effect"
import { SqlError } from "effect/sql"
import type { DatabaseError } from "../domain/DatabaseError.ts"
import { decodeInput, type InputSchema } from "../domain/Input.ts"
import type { ValidationError } from "../domain/ValidationError.ts"
import { toDatabaseError } from "../libsql/DatabaseErrors.ts"

/** The parameters of a public function by their names, in their order. */
type Parameters = Readonly<Record<string, InputSchema>>

/** What the parameters are once decoded. */
type Decoded<P extends Parameters> = { readonly [K in keyof P]: P[K]["Type"] }

/** What a function fails with whose body fails with `E`. */
type Failure<E> = Exclude<E, SqlError.SqlError> | DatabaseError

/** The fields of these stand alone in a ValidationError, such as `title`; those of others have the name before them. */
const standAlone: ReadonlySet<string> = new Set(["input", "options"])

/** Decodes the arguments of a call in their order; those beyond the parameters are ignored. */
const decoderOf = <P extends Parameters>(parameters: P) => {
  const decoders = Object.entries(parameters).map(
    ([name, schema]) => [name, decodeInput(schema, name, standAlone.has(name) ? "" : `${name}.`)] as const
  )
  return Effect.fnUntraced(function* (given: ReadonlyArray<unknown>) {
    const decoded: Record<string, unknown> = {}
    for (const [i, [name, decode]] of decoders.entries()) decoded[name] = yield* decode(given[i])
    return decoded as Decoded<P>
  })
}

/** A failure of the tables as the function's own; every other stays as it is. */
const failureOf =
  (name: string) =>
  <E>(error: E): Failure<E> =>
    SqlError.isSqlError(error) ? toDatabaseError(name)(error) : (error as Exclude<E, SqlError.SqlError>)

/** A public effect of a service without parameters: {@link operation} for a property. */
export const property = (name: string) => {
  // Once for all calls: each would take a stack trace that is the same.
  const inSpan = Effect.withSpan(name)
  return <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, Failure<E>, R> =>
    inSpan(Effect.mapError(effect, failureOf(name)))
}

/**
 * A public function of a service: a span with its name, its arguments decoded once, and a `SqlError` of its body as a
 * `DatabaseError` that names it. The only way from a caller to the tables.
 */
export const operation =
  <const P extends Parameters>(name: string, parameters: P) =>
  <Eff extends Effect.Effect<unknown, unknown, unknown>, A>(body: (args: Decoded<P>) => Generator<Eff, A, never>) => {
    const decode = decoderOf(parameters)
    const run = Effect.fnUntraced(body)
    const named = property(name)
    return (...given: ReadonlyArray<unknown>) => named(Effect.flatMap(decode(given), run))
  }

/** {@link operation} for a function that returns a stream; the arguments are decoded when it is run. */
export const streamOperation =
  <const P extends Parameters>(name: string, parameters: P) =>
  <A, E, R>(body: (args: Decoded<P>) => Stream.Stream<A, E, R>) => {
    const decode = decoderOf(parameters)
    return (...given: ReadonlyArray<unknown>): Stream.Stream<A, Failure<E> | ValidationError, R> =>
      Stream.unwrap(Effect.map(decode(given), body)).pipe(Stream.mapError(failureOf(name)), Stream.withSpan(name))
  }

/** A parameter that may be left out. */
export const optional = <S extends InputSchema>(schema: S) => Schema.UndefinedOr(schema)
