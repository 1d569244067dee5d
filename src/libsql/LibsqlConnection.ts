import type { Client, InStatement, InValue, ResultSet, Transaction } from "@libsql/client"
import { Effect, type Scope, Stream } from "effect"
import { SqlClient, type SqlConnection, type SqlError } from "effect/sql"
import * as Deadline from "./Deadline.ts"
import { faultOf, LibsqlFault, lost, passing, toSqlError } from "./LibsqlError.ts"
import type { Session } from "./LibsqlSession.ts"
import { hasMany, isRead, type Rows, toArg, toObjects, toValues } from "./LibsqlValues.ts"
import { IsLongRead } from "./LongReads.ts"
import { readOnly } from "./Snapshots.ts"
import type { ReadsHere } from "./PreparedReads.ts"
import type { ReadThread } from "./ReadThread.ts"
import type { SteadyReads } from "./SteadyReads.ts"

type Run = (sql: string, params: ReadonlyArray<unknown>) => Effect.Effect<Rows, SqlError.SqlError>

/** Effect's connection on top of one function that runs a statement. A stream holds its whole result in memory. */
const fromRun = (run: Run): SqlConnection.Connection => {
  const rows = <A>(sql: string, params: ReadonlyArray<unknown>, decode: (result: Rows, safe: boolean) => A) =>
    Effect.flatMap(SqlClient.SafeIntegers, (safe) =>
      Effect.flatMap(run(sql, params), (result) =>
        Effect.try({ try: () => decode(result, safe), catch: toSqlError("decode") })
      )
    )
  const execute: SqlConnection.Connection["execute"] = (sql, params, transformRows) =>
    transformRows === undefined ? rows(sql, params, toObjects) : Effect.map(rows(sql, params, toObjects), transformRows)
  const executeValues: SqlConnection.Connection["executeValues"] = (sql, params) => rows(sql, params, toValues)
  return {
    execute,
    executeUnprepared: execute,
    executeRaw: run,
    executeValues,
    executeValuesUnprepared: executeValues,
    executeStream: (sql, params, transformRows) => Stream.fromIterableEffect(execute(sql, params, transformRows))
  }
}

/** A statement with its arguments bound, or the error that says why it cannot be. */
const bind = (sql: string, params: ReadonlyArray<unknown>) =>
  Effect.try({
    try: () => {
      if (hasMany(sql)) throw new LibsqlFault("syntax", "more than one statement at once; run them one by one")
      return { sql, args: params.map(toArg) }
    },
    catch: toSqlError("bind")
  })

/**
 * Lets others have their turn after a statement. A local call holds the event loop while it runs, and its promise is done
 * before timers and sockets are looked at: without this, many statements in a row would hold it as one.
 */
const inTurn = ({ isLocal }: Options, run: Run): Run =>
  isLocal ? (sql, params) => Effect.tap(run(sql, params), () => Effect.yieldNow) : run

export interface Options {
  readonly writer: Session
  /** Where statements that only read go; the writer itself where there is but one connection. */
  readonly reader: Session
  /** A server runs reads side by side; a local connection does one thing at a time. */
  readonly parallelReads: boolean
  /** Local transactions can be told from closed ones, and their COMMIT can be tried again. */
  readonly isLocal: boolean
  /** Where reads that take long go; undefined where they go with the others. */
  readonly thread: ReadThread | undefined
  /** Where other reads go: undefined where it is not worth a connection of its own. */
  readonly prepared: ReadsHere | undefined
  /** A chance to become writable again. */
  readonly beforeWrite: Effect.Effect<void>
  /** Why nothing may be written now. */
  readonly refusal: () => LibsqlFault | undefined
  /** Whether connections beside the sessions may not be used any more, whose file is another now. */
  readonly isGone: () => boolean
  /** Another connection for one transaction that reads, given the reader's; undefined where that would hold up writers. */
  readonly another: (reader: Client) => Promise<Another | undefined>
  /** What stands in for a transaction that reads; undefined where one always begins. */
  readonly steady: SteadyReads | undefined
}

/** What reads one state of the database. */
interface Begun {
  readonly execute: (statement: InStatement) => Promise<ResultSet>
  readonly end: () => Promise<void>
  readonly close: () => void
}

interface Another {
  readonly client: Client
  readonly close: () => void
}

/** Writes all that is stored to a new file, in one state. */
export const copy = ({ another, writer }: Options, path: string): Effect.Effect<void, SqlError.SqlError> =>
  writer.semaphore.withPermit(
    writer.attempt("copy", true, async (client) => {
      const own = await another(client)
      try {
        await (own?.client ?? client).execute({ sql: "VACUUM INTO ?", args: [path] })
      } finally {
        own?.close()
      }
    })
  )

/** Makes reads of a server wait until it has what its primary has now: a transaction reads there, and tells what that is. */
export const catchUp = ({ reader }: Options): Effect.Effect<number, SqlError.SqlError> =>
  reader.attempt("sync", true, async (client) => {
    const transaction = await client.transaction("read")
    try {
      await transaction.execute("SELECT count(*) FROM sqlite_master")
      return 0
    } finally {
      transaction.close()
    }
  })

/** A transaction that reads, on a connection of its own, for as long as the scope lasts; undefined where there is none. */
export const snapshot = (
  options: Options
): Effect.Effect<SqlConnection.Connection | undefined, SqlError.SqlError, Scope.Scope> => {
  const { another, isLocal, reader, steady } = options
  const begin = async (client: Client): Promise<Begun | undefined> => {
    const own = await another(client)
    if (own === undefined) return undefined
    let transaction: Transaction | undefined
    try {
      transaction = await own.client.transaction(isLocal ? "deferred" : "read")
      // A transaction sees what there is when it first reads.
      await transaction.execute("SELECT count(*) FROM sqlite_master")
      const { close } = own
      const begun = transaction
      return {
        execute: (statement) => begun.execute(statement),
        end: () => begun.rollback(),
        close: () => {
          begun.close()
          close()
        }
      }
    } catch (cause) {
      transaction?.close()
      own.close()
      throw cause
    }
  }
  const beginSteady = async (client: Client): Promise<Begun | undefined> => {
    await client.execute("SELECT count(*) FROM sqlite_master")
    return { execute: (statement) => client.execute(statement), end: async () => {}, close: () => client.close() }
  }
  const end = (begun: Begun | undefined) =>
    begun === undefined
      ? Effect.void
      : Effect.tryPromise(() => begun.end()).pipe(
          Effect.interruptible,
          Effect.timeout("5 seconds"),
          Effect.ignore,
          Effect.ensuring(
            Effect.sync(() => {
              begun.close()
            })
          )
        )
  const acquire = reader.attempt("snapshot", true, (client) =>
    steady === undefined ? begin(client) : steady.orElse(() => begin(client), beginSteady)
  )
  return Effect.map(Effect.acquireRelease(acquire, end), (begun) => {
    if (begun === undefined) return undefined
    const run: Run = (sql, params) =>
      Effect.flatMap(bind(sql, params), (statement) =>
        Deadline.promise({ try: () => begun.execute(statement), catch: toSqlError("execute") })
      )
    return readOnly(fromRun(inTurn(options, run)))
  })
}

/** The connection for statements outside a transaction. */
export const make = (options: Options): SqlConnection.Connection =>
  fromRun(
    inTurn(options, (sql, params) =>
      Effect.flatMap(bind(sql, params), (statement) => {
        if (isRead(sql)) {
          const read: Effect.Effect<Rows, SqlError.SqlError> = options.reader.attempt("execute", true, (client) =>
            client.execute(statement)
          )
          const inTurn = options.parallelReads ? read : options.reader.semaphore.withPermit(read)
          return elsewhere(options, statement, inTurn)
        }
        return options.writer.semaphore.withPermit(write(options, (client) => client.execute(statement)))
      })
    )
  )

/** A statement that takes long in the thread, another by the connection for it; where that fails, as always: it only reads. */
const elsewhere = (
  { isGone, prepared, thread }: Options,
  { args, sql }: { readonly sql: string; readonly args: Array<InValue> },
  here: Effect.Effect<Rows, SqlError.SqlError>
) =>
  thread === undefined && prepared === undefined
    ? here
    : Effect.flatMap(IsLongRead, (isLong) => {
        const reads = isLong ? thread : prepared
        return reads === undefined || isGone() ? here : Effect.catch(reads.run(sql, args), () => here)
      })

/** One change outside a transaction, while the writer's semaphore is held. */
const write = (options: Options, use: (client: Client) => Promise<ResultSet>) =>
  Effect.andThen(
    options.beforeWrite,
    options.writer.attempt("execute", false, async (client) => {
      const refused = options.refusal()
      if (refused !== undefined) throw refused
      try {
        return await use(client)
      } catch (cause) {
        throw lost(cause)
      }
    })
  )

/** The writer alone, for as long as the scope lasts: `BEGIN`, `COMMIT` and `ROLLBACK` work on it. */
export const lease = (options: Options): Effect.Effect<SqlConnection.Connection, SqlError.SqlError, Scope.Scope> =>
  Effect.gen(function* () {
    const { isLocal, writer } = options
    yield* writer.semaphore.takeScoped(1)

    let transaction: Transaction | undefined
    // The failure after which nothing more may be sent: a server would go on outside of the transaction.
    let broken: SqlError.SqlError | undefined

    const none = Effect.succeed<ResultSet>(emptyResult)

    const begin = Effect.andThen(
      options.beforeWrite,
      writer.attempt("begin", true, async (client) => {
        broken = undefined
        // What only reads may still want one state of the database for all it reads.
        transaction = await client.transaction(options.refusal() === undefined ? "write" : "deferred")
        writer.open.add(transaction)
      })
    )

    const ended = (current: Transaction) =>
      Effect.sync(() => {
        transaction = undefined
        writer.open.delete(current)
        current.close()
      })

    const rollback = Effect.suspend(() => {
      const current = transaction
      if (current === undefined) return Effect.void
      return Deadline.promise({ try: () => current.rollback(), catch: toSqlError("rollback") }).pipe(
        Effect.interruptible,
        Effect.timeout("5 seconds"),
        Effect.catch((error) => Effect.sync(() => writer.failed(error))),
        Effect.ensuring(ended(current))
      )
    })

    const commit = Effect.suspend(() => {
      const current = transaction
      if (broken !== undefined) return Effect.fail(broken)
      if (current === undefined) return Effect.void
      const done = isLocal
        ? // By exec, whose SQLITE_BUSY leaves the transaction as it was, so that it can be tried again.
          writer.whileBusy(
            Deadline.promise({
              try: () => current.executeMultiple("COMMIT"),
              catch: (cause) => {
                writer.failed(cause)
                return cause
              }
            })
          )
        : Deadline.promise({ try: () => current.commit(), catch: lost })
      return Effect.andThen(Effect.mapError(done, toSqlError("commit")), ended(current))
    })

    const within = (current: Transaction, sql: string, params: ReadonlyArray<unknown>) =>
      Effect.flatMap(bind(sql, params), (statement) =>
        Deadline.promise({
          try: async () => {
            const changes = !isRead(sql) && !/^\s*(savepoint|release|rollback)\b/iu.test(sql)
            const refused = changes ? options.refusal() : undefined
            if (refused !== undefined) throw refused
            return await current.execute(statement)
          },
          catch: (cause) => {
            writer.failed(cause)
            const error = toSqlError("execute")(cause)
            const fault = faultOf(cause)
            if (fatal.has(fault) || passing.has(fault) || (isLocal && current.closed)) broken = error
            return error
          }
        })
      )

    const outside = (sql: string, params: ReadonlyArray<unknown>) =>
      Effect.flatMap(bind(sql, params), (statement) =>
        isRead(sql)
          ? writer.attempt("execute", true, (client) => client.execute(statement))
          : write(options, (client) => client.execute(statement))
      )

    const run: Run = (sql, params) =>
      Effect.suspend(() => {
        const control = controlOf(sql)
        if (control === "begin") return transaction === undefined ? Effect.andThen(begin, none) : none
        if (control === "rollback") return Effect.andThen(rollback, none)
        if (control === "commit") return Effect.andThen(commit, none)
        if (transaction === undefined) return outside(sql, params)
        if (control === "savepoint") {
          // Effect takes a failure here for a defect. COMMIT fails with it instead.
          return Effect.catch(broken === undefined ? within(transaction, sql, params) : none, (error) => {
            broken ??= error
            return none
          })
        }
        return broken === undefined ? within(transaction, sql, params) : Effect.fail(broken)
      })

    yield* Effect.addFinalizer(() => rollback)
    return fromRun(inTurn(options, run))
  })

/** Faults of a server's transaction after which it is no longer there. */
const fatal: ReadonlySet<string> = new Set(["busy", "closed", "timeout", "transactionTimeout", "unknownOutcome"])

const controlOf = (sql: string): "begin" | "commit" | "rollback" | "savepoint" | undefined => {
  if (/^\s*begin\b/iu.test(sql)) return "begin"
  if (/^\s*(commit|end)\b/iu.test(sql)) return "commit"
  if (/^(rollback to|release) savepoint effect_sql_/iu.test(sql)) return "savepoint"
  return /^\s*rollback\s*;?\s*$/iu.test(sql) ? "rollback" : undefined
}

const emptyResult: ResultSet = {
  columns: [],
  columnTypes: [],
  rows: [],
  rowsAffected: 0,
  lastInsertRowid: undefined,
  toJSON: () => ({ columns: [], columnTypes: [], rows: [], rowsAffected: 0, lastInsertRowid: null })
}
