import { Effect, type Schema, Stream } from "effect"
import type { SqlError } from "effect/sql"
import type { DatabaseError } from "../domain/DatabaseError.ts"
import type { ValidationError } from "../domain/ValidationError.ts"
import { toDatabaseError } from "../libsql/DatabaseErrors.ts"
import { decodeInput } from "./Decoding.ts"

/** The parameters of a public function by their names, in their order. */
type Parameters = Readonly<Record<string, Schema.Constraint & { readonly DecodingServices: never }>>

/** What the parameters are once decoded. */
type Decoded<P extends Parameters> = { readonly [K in keyof P]: P[K]["Type"] }

type Failure<E> = Exclude<E, SqlError.SqlError> | ValidationError | DatabaseError

/** Decodes the arguments of a call; a ValidationError names the parameter and the field inside. */
const decoderOf = <P extends Parameters>(parameters: P) => {
  const decoders = Object.entries(parameters).map(([name, schema]) => [name, decodeInput(schema, name)] as const)
  return Effect.fnUntraced(function* (given: ReadonlyArray<unknown>) {
    const decoded: Record<string, unknown> = {}
    for (const [i, [name, decode]] of decoders.entries()) decoded[name] = yield* decode(given[i])
    return decoded as Decoded<P>
  })
}

const isSqlError = (error: unknown): error is SqlError.SqlError =>
  typeof error === "object" && error !== null && Reflect.get(error, "_tag") === "SqlError"

const failureOf =
  (name: string) =>
  <E>(error: E): Failure<E> =>
    isSqlError(error) ? toDatabaseError(name)(error) : (error as Exclude<E, SqlError.SqlError>)

/**
 * A public function of a service: a span with its name, its arguments decoded once, and a `SqlError` of its body as a
 * `DatabaseError` that names it. The only way from a caller to the tables.
 */
export const operation =
  <const P extends Parameters>(name: string, parameters: P) =>
  <Eff extends Effect.Effect<unknown, unknown, unknown>, A>(body: (args: Decoded<P>) => Generator<Eff, A, never>) => {
    const decode = decoderOf(parameters)
    const run = Effect.fnUntraced(body)
    return (...given: ReadonlyArray<unknown>) =>
      Effect.flatMap(decode(given), run).pipe(Effect.mapError(failureOf(name)), Effect.withSpan(name))
  }

/** {@link operation} for a function that returns a stream; the arguments are decoded when it is run. */
export const streamOperation =
  <const P extends Parameters>(name: string, parameters: P) =>
  <A, E, R>(
    body: (args: Decoded<P>) => Stream.Stream<A, E, R>
  ): ((...args: ReadonlyArray<unknown>) => Stream.Stream<A, Failure<E>, R>) => {
    const decode = decoderOf(parameters)
    return (...given) =>
      Stream.unwrap(Effect.map(decode(given), body)).pipe(Stream.mapError(failureOf(name)), Stream.withSpan(name))
  }
