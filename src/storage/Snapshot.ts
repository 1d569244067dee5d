import { Effect, Option, Stream } from "effect"
import { SqlClient, SqlError } from "effect/sql"
import type { DatabaseError } from "../domain/DatabaseError.ts"
import { toDatabaseError } from "../libsql/DatabaseErrors.ts"
import { readOnly, Snapshots } from "../libsql/Snapshots.ts"

/** What runs reads in one state of the database; each runs in the transaction that is open, where one is. */
export const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const acquire = yield* Snapshots
  const key = sql.transactionService
  const isInTransaction = Effect.map(Effect.serviceOption(key), Option.isSome)

  /** In a transaction of the only connection there is. */
  const alone = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
    sql.withTransaction(
      Effect.flatMap(Effect.serviceOption(key), (transaction) =>
        Option.isNone(transaction)
          ? effect
          : Effect.provideService(effect, key, [readOnly(transaction.value[0]), transaction.value[1]] as const)
      )
    )

  const read = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E | SqlError.SqlError, R> =>
    Effect.flatMap(isInTransaction, (isInside): Effect.Effect<A, E | SqlError.SqlError, R> => {
      if (isInside) return effect
      return Effect.scoped(
        Effect.flatMap(acquire, (connection) =>
          connection === undefined ? alone(effect) : Effect.provideService(effect, key, [connection, 0] as const)
        )
      )
    })

  const stream = <A, E, R>(reads: Stream.Stream<A, E, R>): Stream.Stream<A, E | SqlError.SqlError, R> =>
    Stream.unwrap(
      Effect.gen(function* () {
        if (yield* isInTransaction) return reads
        const connection = yield* acquire
        // While a stream waits for who takes from it, nobody else could use the only connection.
        if (connection === undefined) return Stream.fromIterable(yield* alone(Stream.runCollect(reads)))
        return Stream.provideService(reads, key, [connection, 0] as const)
      })
    )

  return { read, stream }
})

const named =
  (name: string) =>
  <E>(error: E): Exclude<E, SqlError.SqlError> | DatabaseError =>
    SqlError.isSqlError(error) ? toDatabaseError(name)(error) : (error as Exclude<E, SqlError.SqlError>)

/**
 * Runs what only reads in one state of the database, whatever others write meanwhile: several calls of services then agree
 * with each other. Writes in it fail. A service's own reads, such as `findAll` or `report`, are of one state anyway.
 *
 * In a file, on a server and in a replica it has a connection of its own and holds up nobody; in memory it waits for the
 * transactions that are open, and others wait for it. In a transaction, it is what the transaction sees.
 *
 * @example
 * import { Effect } from "effect"
 * import { ReferenceRepository, RelationRepository, Snapshot } from "crosswalk"
 *
 * const counts = Snapshot.read(Effect.gen(function*() {
 *   const references = yield* ReferenceRepository
 *   const relations = yield* RelationRepository
 *   return [yield* references.count(), yield* relations.count()]
 * }))
 */
export const read = <A, E, R>(
  effect: Effect.Effect<A, E, R>
): Effect.Effect<A, Exclude<E, SqlError.SqlError> | DatabaseError, R | SqlClient.SqlClient> =>
  Effect.flatMap(make, ({ read }) => read(effect)).pipe(Effect.mapError(named("Snapshot.read")))

/** {@link read} for a stream: one state from its first element to its last. In memory, all of it is read at the beginning. */
export const stream = <A, E, R>(
  reads: Stream.Stream<A, E, R>
): Stream.Stream<A, Exclude<E, SqlError.SqlError> | DatabaseError, R | SqlClient.SqlClient> =>
  Stream.unwrap(Effect.map(make, ({ stream }) => stream(reads))).pipe(Stream.mapError(named("Snapshot.stream")))
