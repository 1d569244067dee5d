import { createRequire } from "node:module"
import type { InValue, Value } from "@libsql/client"
import { Effect, type Scope } from "effect"
import type Libsql from "libsql"
import type { Database, Statement } from "libsql"
import { ReadFailure, type Rows } from "./ReadProtocol.ts"

/**
 * A connection to a local database that only reads, and compiles each statement once: most of what a search asks takes longer to
 * compile than to run. What it throws is the driver's own.
 */
export interface PreparedReads {
  readonly run: (sql: string, args: ReadonlyArray<InValue>) => Rows
  /** Another number than before where anything was committed since, by another connection. */
  readonly version: () => number
  readonly close: () => void
}

/** How many statements are kept, those that were used last. */
const maximumKept = 200

/** So often in a row it is tried to open a connection: then the reason lasts. */
const maximumFailures = 3

/** What a connection of this thread may keep of the file, in kilobytes. */
const cacheHere = 16_000

/** Milliseconds that a statement may wait for a lock by itself. */
const nativeTimeout = 20

const bound = (value: InValue): unknown =>
  value instanceof ArrayBuffer || value instanceof Uint8Array ? Buffer.from(new Uint8Array(value)) : value

/** A value as `@libsql/client` gives it. */
const given = (value: unknown): Value => {
  switch (typeof value) {
    case "string":
    case "number":
    case "bigint":
      return value
  }
  return value instanceof Uint8Array ? Uint8Array.from(value).buffer : null
}

/** The driver that libSQL's client itself is made on; a bundler need not know of it. */
const driver = (): typeof Libsql => {
  // Its native part prints its trace to stdout; it reads this once, when it is loaded.
  process.env["RUST_LOG"] ??= "off"
  const { resolve } = createRequire(import.meta.url)
  return createRequire(resolve("@libsql/client"))("libsql")
}

/** Opens a connection to the file at `path`, which may be a URI of SQLite. */
export const open = (path: string, cacheKilobytes: number): PreparedReads => {
  const database: Database = new (driver())(path, { timeout: nativeTimeout })
  database.exec("PRAGMA query_only = ON")
  database.exec(`PRAGMA cache_size = -${cacheKilobytes}`)
  const kept = new Map<string, Statement<Array<unknown>>>()
  const version = database.prepare<Array<unknown>>("PRAGMA data_version").raw(true)

  const prepared = (sql: string) => {
    const statement = kept.get(sql) ?? database.prepare<Array<unknown>>(sql).safeIntegers(true).raw(true)
    kept.delete(sql)
    kept.set(sql, statement)
    const [oldest] = kept.keys()
    if (kept.size > maximumKept && oldest !== undefined) kept.delete(oldest)
    return statement
  }

  return {
    run: (sql, args) => {
      const statement = prepared(sql)
      const rows = statement.all(args.map(bound))
      // Asked afterwards: what changed the schema meanwhile made it another statement.
      const columns = statement.columns().map(({ name }) => name)
      return { columns, rows: rows.map((row) => (Array.isArray(row) ? row.map(given) : [])) }
    },
    version: () => {
      const row: unknown = version.get()
      return Array.isArray(row) ? Number(row[0]) : Number.NaN
    },
    close: () => {
      kept.clear()
      database.close()
    }
  }
}

/** Statements that only read, run here on a connection of its own, which is opened with the first. */
export interface ReadsHere {
  readonly run: (sql: string, args: ReadonlyArray<InValue>) => Effect.Effect<Rows, ReadFailure>
  /** A `DataVersion`. */
  readonly version: Effect.Effect<number | undefined>
}

/** For the file at `path`, which may be a URI of SQLite, as long as the scope. */
export const make = (path: string): Effect.Effect<ReadsHere, never, Scope.Scope> =>
  Effect.gen(function* () {
    let reads: PreparedReads | undefined
    let failures = 0
    let openings = 0
    const close = () => {
      reads?.close()
      reads = undefined
    }
    const opened = (): PreparedReads => {
      failures++
      const connection = open(path, cacheHere)
      failures = 0
      openings++
      return connection
    }
    const attempt = <A>(use: (reads: PreparedReads) => A) =>
      Effect.try({
        try: () => use((reads ??= opened())),
        catch: (cause) => {
          // After a failure a connection may not be used again.
          close()
          return new ReadFailure({ reason: cause instanceof Error ? cause.message : String(cause) })
        }
      })
    const isGivenUp = () => reads === undefined && failures >= maximumFailures
    yield* Effect.addFinalizer(() =>
      Effect.sync(() => {
        failures = maximumFailures
        close()
      })
    )
    return {
      run: (sql, args) =>
        Effect.suspend(() =>
          isGivenUp()
            ? Effect.fail(new ReadFailure({ reason: "the database cannot be opened a second time" }))
            : attempt((connection) => connection.run(sql, args))
        ),
      version: Effect.suspend(() =>
        isGivenUp()
          ? Effect.succeed(undefined)
          : Effect.orElseSucceed(
              // Each connection counts by itself.
              attempt((connection) => connection.version() + openings * 2 ** 32),
              () => undefined
            )
      )
    }
  })
