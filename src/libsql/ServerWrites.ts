import { Duration, Effect, Option, Predicate, Schedule } from "effect"
import { Migrator, type SqlClient, SqlError } from "effect/sql"
import { DatabaseError } from "../domain/DatabaseError.ts"
import * as Deadline from "./Deadline.ts"
import { type Fault, faultOf, LibsqlFault, passing, toSqlError } from "./LibsqlError.ts"

/** How much one transaction writes. */
export interface WriteSize {
  readonly rows: number
  /** In UTF-16 code units of the rows as JSON. */
  readonly length: number
  /** How many rows that are made in smaller groups are gathered for one. */
  readonly gathered: number
}

/** A local statement holds the event loop, and with it every fiber: 32 references take some 40 ms, 32 vectors 5 ms. */
const local: WriteSize = { rows: 32, length: Number.POSITIVE_INFINITY, gathered: 1 }

/** To a server each request takes a round trip, and a statement of 10 MB is refused. */
const remote: WriteSize = { rows: 512, length: 1024 * 1024, gathered: 256 }

/** How much one transaction writes with this client. */
export const sizeOf = (client: SqlClient.SqlClient): WriteSize =>
  Predicate.hasProperty(client, "kind") && client.kind === "remote" ? remote : local

/** Rows in the pieces that one transaction writes each. */
export const pieces = <A>(
  rows: Iterable<A>,
  size: Pick<WriteSize, "rows" | "length">,
  lengthOf: (row: A) => number = () => 0
): ReadonlyArray<ReadonlyArray<A>> => {
  const all: Array<Array<A>> = []
  let length = 0
  for (const row of rows) {
    const last = all.at(-1)
    length += lengthOf(row)
    if (last !== undefined && last.length < size.rows && length <= size.length) last.push(row)
    else {
      all.push([row])
      length = lengthOf(row)
    }
  }
  return all
}

const broken: ReadonlySet<Fault> = new Set<Fault>([...passing, "transactionTimeout", "unknownOutcome"])

/** The fault of a database that an error tells, where it tells one. */
const toldFault = (error: unknown): Fault | undefined =>
  SqlError.isSqlError(error) || error instanceof DatabaseError || error instanceof Migrator.MigrationError
    ? faultOf(error)
    : undefined

/** Whether a change failed because its connection broke, so that nobody may know whether it was made. */
const isBroken = (error: unknown): boolean => {
  const fault = toldFault(error)
  return fault !== undefined && broken.has(fault)
}

/** Whether a change ended because its time was up. */
const isCutShort = (error: unknown): boolean => toldFault(error) === "timeout"

/** How long a change of this client may be tried again: a server that is started again is back by then. */
const patienceOf = (client: SqlClient.SqlClient): Duration.Duration =>
  Predicate.hasProperty(client, "requestTimeout") && Duration.isDuration(client.requestTimeout)
    ? client.requestTimeout
    : Duration.seconds(30)

/**
 * A change that may be made twice: where its connection breaks it is made again until its time is up, also where nobody knows
 * whether it was made. Inside a transaction it is made once, as only the whole can be made again.
 */
export const persistent =
  (client: SqlClient.SqlClient) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.flatMap(Effect.serviceOption(client.transactionService), (transaction) => {
      if (Option.isSome(transaction)) return effect
      let before: E | undefined
      return effect.pipe(
        // The last try is cut short by the end of the time: what went wrong until then says more.
        Effect.mapError((error) => {
          if (before !== undefined && isCutShort(error)) return before
          before = error
          return error
        }),
        Effect.retry({
          schedule: Deadline.paced(
            Schedule.exponential("100 millis", 2).pipe(
              Schedule.modifyDelay(({ duration }) => Effect.succeed(Duration.min(duration, Duration.seconds(2)))),
              Schedule.jittered
            )
          ),
          while: (error) => (isBroken(error) ? Deadline.fits(error) : Effect.succeed(false))
        }),
        Deadline.within(patienceOf(client))
      )
    })

/** {@link persistent} for a change that makes no difference the second time, such as saving by URI: its error says so. */
export const repeatable =
  (client: SqlClient.SqlClient) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E | SqlError.SqlError, R> =>
    Effect.mapError(persistent(client)(effect), (error) =>
      SqlError.isSqlError(error) && faultOf(error) === "unknownOutcome"
        ? toSqlError("execute")(new LibsqlFault("repeatable", error.message, error))
        : error
    )
