import { Config as EffectConfig, Context, type Duration, Effect, Layer, type Scope } from "effect"
import { Reactivity } from "effect/reactivity"
import { SqlClient, type SqlError, Statement } from "effect/sql"
import type { DatabaseError } from "../domain/DatabaseError.ts"
import { decodeInput } from "../domain/Input.ts"
import { oneEffect } from "../domain/Requirements.ts"
import type { ValidationError } from "../domain/ValidationError.ts"
import { fromCause, toDatabaseError } from "./DatabaseErrors.ts"
import { Config, type Kind, LiveConfig, locate } from "./LibsqlConfig.ts"
import { CreateTables } from "./CreateTables.ts"
import { DataVersion } from "./DataVersion.ts"
import * as LibsqlConnection from "./LibsqlConnection.ts"
import { faultOf, LibsqlFault, passing } from "./LibsqlError.ts"
import { adopt } from "./LibsqlLive.ts"
import { connect, defaults, duration, type ReplicaState } from "./LibsqlOpen.ts"
import { Snapshots } from "./Snapshots.ts"

export { Config, type Kind, LiveConfig } from "./LibsqlConfig.ts"

/** What a libSQL client offers beside Effect's `SqlClient`. */
export interface Extras {
  /** Where the database lives. */
  readonly kind: Kind
  /** The path or URL, without tokens. */
  readonly url: string
  /** How long a call may take, its retries included, where the connection to a server breaks. */
  readonly requestTimeout: Duration.Duration
  /** False while a replica cannot reach its primary, and for a database opened with `readonly`. */
  readonly isWritable: Effect.Effect<boolean>
  /**
   * What the primary has now is what reads see from now on. An embedded replica is brought up to date, and the number of
   * frames that came is given; of a server, which may be a replica, reads wait until it has all of that, and 0 is given. A
   * file and memory have it anyway. Fails while the primary is away. An embedded replica that was opened then can be written
   * again afterwards.
   *
   * An embedded replica blocks the event loop meanwhile (1–3 seconds for 10 000 embeddings, about 3 seconds where the primary
   * is away; where others write faster than it follows, until they pause): in a server, run it in a worker.
   */
  readonly sync: Effect.Effect<number, SqlError.SqlError>
  /**
   * Writes the database as it is at this moment to a file, which must be new or empty. It holds the event loop while it
   * copies. A server refuses it.
   */
  readonly copyTo: (path: string) => Effect.Effect<void, SqlError.SqlError>
}

/**
 * Effect's `SqlClient` over libSQL: a file, memory, a server, or an embedded replica of one.
 *
 * - One writer at a time: transactions and changes queue without blocking the event loop. In a file, reads outside of a
 *   transaction have a connection of their own and do not wait.
 * - Another process's lock is waited for up to `busyTimeout`, then `LockTimeoutError`. A read is sent again where a
 *   server was gone for a moment; a write only where it cannot have arrived.
 * - Whole JavaScript numbers bind as integers, so `${1} / ${2}` is 0. Blobs come back as `ArrayBuffer`.
 * - `stream` holds the whole result of its statement in memory: read large tables by pages.
 * - libSQL ends the process where a statement gives out a text that is not UTF-8, as another program may have left in a
 *   table: select what you cannot trust as `CAST(name AS BLOB)`. What this package reads is safe from it.
 * - PRAGMAs that a program sends reach the writing connection only, and are gone when it is replaced.
 */
export class LibsqlClient extends Context.Service<LibsqlClient, SqlClient.SqlClient & Extras>()(
  "crosswalk/LibsqlClient"
) {}

const decode = decodeInput(Config, "config")
const decodeLive = decodeInput(LiveConfig, "config")

const isLive = (config: unknown): config is LiveConfig =>
  typeof config === "object" && config !== null && "liveClient" in config

/** A database that is opened by its URL. */
const opened = Effect.fnUntraced(function* (config: Config) {
  const location = yield* Effect.try({ try: () => locate(config), catch: fromCause("LibsqlClient.open") })
  const state: ReplicaState = { offlineSince: undefined }
  return { location, state, options: yield* connect(location, config, state) }
})

/** A client that lives as long as the scope. */
export const make = (
  config: Config | LiveConfig
): Effect.Effect<SqlClient.SqlClient & Extras, ValidationError | DatabaseError, Scope.Scope | Reactivity.Reactivity> =>
  Effect.map(withParts(config), ({ client }) => client)

const isFresh = (config: Config | LiveConfig): boolean => "fresh" in config && config.fresh === true

/** Where nobody knows what the primary has, a replica that should be up to date cannot be used. */
const stale = (cause: unknown): unknown => {
  const fault = faultOf(cause)
  return passing.has(fault) || fault === "timeout" ? new LibsqlFault("stale", "", cause) : cause
}

/** A client with what the layers of this package ask of its database. */
const withParts = (given: Config | LiveConfig) =>
  Effect.gen(function* () {
    yield* oneEffect
    const config = yield* isLive(given) ? decodeLive(given) : decode(given)
    const { location, options, state } = yield* Effect.catchTag(
      "liveClient" in config ? adopt(config) : opened(config),
      "SqlError",
      (error) => Effect.fail(toDatabaseError("LibsqlClient.open")(error))
    )
    const compiler = Statement.makeCompilerSqlite(config.transformQueryNames)
    const transformRows =
      config.transformResultNames === undefined
        ? undefined
        : Statement.defaultTransforms(config.transformResultNames).array
    const connection = LibsqlConnection.make(options)
    const lease = LibsqlConnection.lease(options)
    const client = yield* SqlClient.make({
      acquirer: Effect.succeed(connection),
      borrower: (use) => use(connection),
      // BEGIN is part of the acquisition, which can be interrupted while it waits for another process.
      transactionAcquirer: Effect.tap(lease, (leased) => leased.executeUnprepared("BEGIN", [], undefined)),
      compiler,
      driver: "libsql",
      spanAttributes: [
        ...Object.entries(config.spanAttributes ?? {}),
        ["db.system.name", "sqlite"],
        ["db.namespace", location.label]
      ],
      transformRows,
      onCommitFailure: (leased) => Effect.asVoid(leased.executeUnprepared("ROLLBACK", [], undefined)),
      releaseSavepoint: (name) => `RELEASE SAVEPOINT ${name}`
    })
    const { writer } = options
    const extras: Extras = {
      copyTo: (path) => LibsqlConnection.copy(options, path),
      kind: location.kind,
      url: location.label,
      requestTimeout: duration("requestTimeout" in config ? config.requestTimeout : undefined, defaults.requestTimeout),
      isWritable: Effect.sync(() => options.refusal() === undefined),
      sync:
        location.kind === "remote"
          ? LibsqlConnection.catchUp(options)
          : location.kind === "replica"
            ? writer.semaphore.withPermit(
                Effect.andThen(
                  Effect.suspend(() => (state.offlineSince === undefined ? Effect.void : writer.renew)),
                  writer.attempt("sync", false, async (libsql) => {
                    if (state.offlineSince !== undefined)
                      throw new LibsqlFault("unreachable", "the primary is still away")
                    return (await libsql.sync())?.frames_synced ?? 0
                  })
                )
              )
            : Effect.succeed(0)
    }
    if (isFresh(config)) yield* Effect.mapError(extras.sync, (error) => fromCause("LibsqlClient.open")(stale(error)))
    return {
      client: Object.assign(client, extras, { reserve: lease }),
      create: config.create === true,
      snapshot: LibsqlConnection.snapshot(options),
      // What a replica takes over from its primary is no commit of its own.
      version: (location.kind === "file" ? options.prepared?.version : undefined) ?? Effect.succeed(undefined)
    }
  })

/**
 * `SqlClient` and `LibsqlClient` for a database, which is opened by its `url`, or of which the program has a client of
 * `@libsql/client` (`liveClient`).
 *
 * ```ts
 * import { Effect } from "effect"
 * import { SqlClient } from "effect/sql"
 * import { LibsqlClient } from "crosswalk/libsql"
 *
 * const program = Effect.gen(function*() {
 *   const sql = yield* SqlClient.SqlClient
 *   return yield* sql`SELECT ${1} + ${2} AS sum`
 * })
 *
 * Effect.runPromise(Effect.provide(program, LibsqlClient.layer({ url: ":memory:" })))
 * ```
 */
export const layer = (
  config: Config | LiveConfig
): Layer.Layer<LibsqlClient | SqlClient.SqlClient, ValidationError | DatabaseError> => fromEffect(withParts(config))

/** The same with values from Effect's `Config`, such as `{ url: Config.String("DATABASE_URL") }`. */
export const layerConfig = (
  config: EffectConfig.Wrap<Config>
): Layer.Layer<LibsqlClient | SqlClient.SqlClient, ValidationError | DatabaseError | EffectConfig.ConfigError> =>
  fromEffect(Effect.flatMap(EffectConfig.unwrap(config), withParts))

const fromEffect = <E>(
  client: Effect.Effect<Effect.Success<ReturnType<typeof withParts>>, E, Scope.Scope | Reactivity.Reactivity>
) =>
  Layer.effectContext(
    Effect.map(client, ({ client, create, snapshot, version }) =>
      Context.make(LibsqlClient, client).pipe(
        Context.add(SqlClient.SqlClient, client),
        Context.add(CreateTables, create),
        Context.add(Snapshots, snapshot),
        Context.add(DataVersion, version)
      )
    )
  ).pipe(Layer.provide(Reactivity.layer))
