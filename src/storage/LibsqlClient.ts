import { existsSync, rmSync } from "node:fs"
import type { Client, Config as LibsqlConfig } from "@libsql/client"
import { Config as EffectConfig, Context, Duration, Effect, Layer, Redacted, type Scope } from "effect"
import { Reactivity } from "effect/reactivity"
import { SqlClient, type SqlError, Statement } from "effect/sql"
import type { DatabaseError } from "../domain/errors.ts"
import { fromCause, toDatabaseError } from "./DatabaseErrors.ts"
import { type Config, isMissing, type Kind, locate, type Location } from "./LibsqlConfig.ts"
import * as LibsqlConnection from "./LibsqlConnection.ts"
import { faultOf, LibsqlFault } from "./LibsqlError.ts"
import * as LibsqlFetch from "./LibsqlFetch.ts"
import * as LibsqlSession from "./LibsqlSession.ts"

export type { Config, Kind } from "./LibsqlConfig.ts"

/** What a libSQL client offers beside Effect's `SqlClient`. */
export interface Extras {
  /** Where the database lives. */
  readonly kind: Kind
  /** The path or URL, without tokens. */
  readonly url: string
  /** False while a replica cannot reach its primary, and for a database opened with `readonly`. */
  readonly isWritable: Effect.Effect<boolean>
  /**
   * Brings an embedded replica up to date and gives the number of frames that came; 0 for every other kind. A replica
   * that was opened while its primary was away can be written again afterwards.
   *
   * It blocks the event loop while it runs (1–3 seconds for 10 000 embeddings, about 3 seconds where the primary is
   * away): in a server, run it in a worker.
   */
  readonly sync: Effect.Effect<number, SqlError.SqlError>
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
 * - PRAGMAs that a program sends reach the writing connection only, and are gone when it is replaced.
 */
export class LibsqlClient extends Context.Service<LibsqlClient, SqlClient.SqlClient & Extras>()(
  "crosswalk/LibsqlClient"
) {}

const defaults = {
  busyTimeout: Duration.seconds(10),
  requestTimeout: Duration.seconds(30)
}

/** Milliseconds that a local call may wait for a lock by itself. It blocks the event loop, so other waits are outside. */
const nativeTimeout = 20

const duration = (value: Duration.Input | undefined, otherwise: Duration.Duration): Duration.Duration =>
  value === undefined ? otherwise : Duration.fromInputUnsafe(value)

/** A client that lives as long as the scope. */
export const make = (
  config: Config
): Effect.Effect<SqlClient.SqlClient & Extras, DatabaseError, Scope.Scope | Reactivity.Reactivity> =>
  Effect.gen(function*() {
    const location = yield* Effect.try({ try: () => locate(config), catch: fromCause("LibsqlClient.open") })
    const state: ReplicaState = { offlineSince: undefined }
    const options = yield* connect(location, config, state).pipe(
      Effect.mapError(toDatabaseError("LibsqlClient.open"))
    )
    const compiler = Statement.makeCompilerSqlite(config.transformQueryNames)
    const transformRows = config.transformResultNames === undefined
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
      kind: location.kind,
      url: location.label,
      isWritable: Effect.sync(() => options.refusal() === undefined),
      sync: location.kind === "replica"
        ? writer.semaphore.withPermit(Effect.andThen(
          Effect.suspend(() => state.offlineSince === undefined ? Effect.void : writer.renew),
          writer.attempt("sync", false, async (libsql) => {
            if (state.offlineSince !== undefined) throw new LibsqlFault("unreachable", "the primary is still away")
            return (await libsql.sync())?.frames_synced ?? 0
          })
        ))
        : Effect.succeed(0)
    }
    return Object.assign(client, extras, { reserve: lease })
  })

/**
 * `SqlClient` and `LibsqlClient` for a database.
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
export const layer = (config: Config): Layer.Layer<LibsqlClient | SqlClient.SqlClient, DatabaseError> =>
  fromEffect(make(config))

/** The same with values from Effect's `Config`, such as `{ url: Config.String("DATABASE_URL") }`. */
export const layerConfig = (
  config: EffectConfig.Wrap<Config>
): Layer.Layer<LibsqlClient | SqlClient.SqlClient, DatabaseError | EffectConfig.ConfigError> =>
  fromEffect(Effect.flatMap(EffectConfig.unwrap(config), make))

const fromEffect = <E>(
  client: Effect.Effect<SqlClient.SqlClient & Extras, E, Scope.Scope | Reactivity.Reactivity>
) =>
  Layer.effectContext(Effect.map(client, (client) =>
    Context.make(LibsqlClient, client).pipe(Context.add(SqlClient.SqlClient, client)))).pipe(
      Layer.provide(Reactivity.layer)
    )

/** When a replica found its primary away, in milliseconds since 1970. */
interface ReplicaState {
  offlineSince: number | undefined
}

/** How long a replica stays read-only before a write looks for the primary again, which may block for 3 seconds. */
const offlineFor = Duration.toMillis("15 seconds")

const connect = Effect.fnUntraced(function*(
  location: Location,
  config: Config,
  state: ReplicaState
): Effect.fn.Return<LibsqlConnection.Options, SqlError.SqlError, Scope.Scope> {
  const busyTimeout = duration(config.busyTimeout, defaults.busyTimeout)
  const refusal = () =>
    config.readonly === true
      ? new LibsqlFault("readonly", "it was opened with readonly: true")
      : state.offlineSince !== undefined
      ? new LibsqlFault("replicaOffline", "the primary cannot be reached")
      : undefined
  const session = (open: () => Promise<Client>) =>
    LibsqlSession.make({
      open,
      renewable: location.kind === "file" || location.kind === "replica",
      interruptible: location.kind === "remote",
      busyTimeout
    })
  const isLocal = location.kind !== "remote"
  if (location.kind === "file") {
    const writer = yield* session(() => openFile(location, config, config.readonly === true))
    const reader = yield* session(() => openFile(location, config, true))
    return { writer, reader, parallelReads: false, isLocal, beforeWrite: Effect.void, refusal }
  }
  const one = yield* session(() =>
    location.kind === "remote"
      ? openRemote(location.url, config)
      : location.kind === "memory"
      ? openMemory(location.url)
      : openReplica(location, config, state)
  )
  const beforeWrite = Effect.suspend(() =>
    state.offlineSince !== undefined && Date.now() - state.offlineSince > offlineFor ? one.renew : Effect.void
  )
  return { writer: one, reader: one, parallelReads: !isLocal, isLocal, beforeWrite, refusal }
})

/** Loads libSQL when it is first needed: importing this module loads nothing native. */
const openLocal = async (options: LibsqlConfig): Promise<Client> => {
  // Its native part prints its trace to stdout, which belongs to the program; it reads this once, when it is loaded.
  process.env["RUST_LOG"] ??= "off"
  const { createClient } = await import("@libsql/client")
  return createClient({ concurrency: 1, intMode: "bigint", timeout: nativeTimeout, ...options })
}

const openMemory = async (url: string): Promise<Client> => {
  const client = await openLocal({ url })
  await client.execute("PRAGMA foreign_keys = ON")
  return client
}

const openFile = async (location: Location, config: Config, queryOnly: boolean): Promise<Client> => {
  if (config.readonly === true && isMissing(location)) {
    throw new LibsqlFault("cannotOpen", `${location.label} does not exist`)
  }
  const encryptionKey = config.encryptionKey === undefined ? undefined : Redacted.value(config.encryptionKey)
  const client = await openLocal({ url: location.url, ...(encryptionKey === undefined ? {} : { encryptionKey }) })
  try {
    if (!queryOnly) await setJournalMode(client, config.journalMode ?? "wal")
    // In a rollback journal NORMAL can damage a file when the power fails.
    await client.execute(`PRAGMA synchronous = ${config.journalMode === "delete" ? "FULL" : "NORMAL"}`)
    await client.execute("PRAGMA foreign_keys = ON")
    if (queryOnly) await client.execute("PRAGMA query_only = ON")
    return client
  } catch (cause) {
    client.close()
    throw cause
  }
}

const setJournalMode = async (client: Client, mode: "wal" | "delete"): Promise<void> => {
  const current = await client.execute("PRAGMA journal_mode")
  if (current.rows[0]?.[0] === mode) return
  await client.execute(`PRAGMA journal_mode = ${mode}`).catch((cause) => {
    // What cannot be written can still be read.
    if (faultOf(cause) !== "readonly") throw cause
  })
}

const token = (config: Config) => config.authToken === undefined ? {} : { authToken: Redacted.value(config.authToken) }

const openReplica = async (
  location: Extract<Location, { kind: "replica" }>,
  config: Config,
  state: ReplicaState
): Promise<Client> => {
  const exists = existsSync(location.path)
  // With these records and without the file libSQL believes to have everything, and gives an empty database.
  if (!exists) rmSync(`${location.path}-client_wal_index`, { force: true })
  try {
    const client = await openLocal({
      url: location.url,
      syncUrl: location.syncUrl,
      ...token(config),
      ...(config.syncInterval === undefined
        ? {}
        : { syncInterval: Math.max(1, Math.round(Duration.toSeconds(duration(config.syncInterval, Duration.zero)))) }),
      ...(config.encryptionKey === undefined ? {} : { encryptionKey: Redacted.value(config.encryptionKey) })
    })
    await client.sync()
    state.offlineSince = undefined
    return client
  } catch (cause) {
    const fault = faultOf(cause)
    if (!exists || fault !== "unreachable") throw cause
    state.offlineSince = Date.now()
    return openFile(location, { ...config, journalMode: "wal" }, true)
  }
}

const openRemote = async (url: string, config: Config): Promise<Client> => {
  const { createClient } = await import("@libsql/client/http")
  const limit = Duration.toMillis(duration(config.requestTimeout, defaults.requestTimeout))
  return createClient({
    url,
    intMode: "bigint",
    ...token(config),
    fetch: LibsqlFetch.make(limit)
  })
}
