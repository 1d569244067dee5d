import { chmodSync, closeSync, existsSync, openSync, rmSync } from "node:fs"
import { pathToFileURL } from "node:url"
import type { Client, Config as LibsqlConfig } from "@libsql/client"
import { Duration, Effect, type Scope } from "effect"
import type { SqlError } from "effect/sql"
import { type Config, isMissing, type Location, reveal, tokenOf } from "./LibsqlConfig.ts"
import type * as LibsqlConnection from "./LibsqlConnection.ts"
import { inventory } from "./CreateTables.ts"
import { explained, obstacleOf, requireFile, watched } from "./DatabaseFile.ts"
import { faultOf, LibsqlFault, passing, toSqlError } from "./LibsqlError.ts"
import * as LibsqlFetch from "./LibsqlFetch.ts"
import * as LibsqlSession from "./LibsqlSession.ts"
import * as PreparedReads from "./PreparedReads.ts"
import * as ReadThread from "./ReadThread.ts"
import * as SteadyReads from "./SteadyReads.ts"
import * as StrayChanges from "./StrayChanges.ts"

/** How long to wait unless a configuration says otherwise. */
export const defaults = {
  busyTimeout: Duration.seconds(10),
  requestTimeout: Duration.seconds(30)
}

/** Milliseconds that a local call may wait for a lock by itself. It blocks the event loop, so other waits are outside. */
const nativeTimeout = 20

/** A duration of a configuration, or its default. */
export const duration = (value: Duration.Input | undefined, otherwise: Duration.Duration): Duration.Duration =>
  value === undefined ? otherwise : Duration.fromInputUnsafe(value)

/** When a replica found its primary away, in milliseconds since 1970. */
export interface ReplicaState {
  offlineSince: number | undefined
}

/** How long a replica stays read-only before a write looks for the primary again, which may block for 3 seconds. */
const offlineFor = Duration.toMillis("15 seconds")

/** Other connections to the same database, for transactions that read. */
export const anotherFor =
  (location: Location, config: Partial<Config>): LibsqlConnection.Options["another"] =>
  async (reader) => {
    // Over http a transaction has a stream of its own.
    if (location.kind === "remote") return { client: reader, close: () => {} }
    if (location.kind === "memory") return undefined
    const client = await openToRead(location, config)
    // With a rollback journal, who reads holds up who writes.
    if ((await journalModeOf(client)) === "wal") return { client, close: () => client.close() }
    client.close()
    return undefined
  }

const journalModeOf = async (client: Client) => (await client.execute("PRAGMA journal_mode")).rows[0]?.[0]

/** Where a server reads: in threads what takes long, and what does not by a connection of its own; nowhere without a path. */
export const readsOf = (path: string | undefined) =>
  path === undefined
    ? Effect.succeed({ thread: undefined, prepared: undefined })
    : Effect.all({ thread: ReadThread.make(path), prepared: PreparedReads.make(path) })

/** The connections that a database of this kind needs, open and with their settings. */
export const connect = Effect.fnUntraced(function* (
  location: Location,
  config: Config,
  state: ReplicaState
): Effect.fn.Return<LibsqlConnection.Options, SqlError.SqlError, Scope.Scope> {
  const busyTimeout = duration(config.busyTimeout, defaults.busyTimeout)
  const file = "path" in location ? watched(location.path) : undefined
  const refusal = () =>
    config.readonly === true
      ? new LibsqlFault("readonly", "it was opened with readonly: true")
      : state.offlineSince !== undefined
        ? new LibsqlFault("replicaOffline", "the primary cannot be reached")
        : file?.refusal()
  const callTimeout = duration(config.requestTimeout, defaults.requestTimeout)
  const session = (open: () => Promise<Client>) =>
    LibsqlSession.make({
      open: async () => {
        const client = await open().catch(async (cause: unknown) => {
          const isDamaged = location.kind === "file" && ["corrupt", "notDatabase"].includes(faultOf(cause))
          if (!isDamaged || !(await hasStrayChanges(location.path, config))) throw cause
          throw new LibsqlFault("strayChanges", location.path)
        })
        file?.begin()
        return client
      },
      refusal: file?.refusal,
      renewable: location.kind === "file" || location.kind === "replica",
      interruptible: location.kind === "remote",
      refills: location.kind === "remote",
      busyTimeout,
      callTimeout: location.kind === "remote" ? callTimeout : Duration.infinity
    })
  const isGone = file?.isGone ?? (() => false)
  const isLocal = location.kind !== "remote"
  const readPath =
    config.longReads === "thread" && "path" in location && config.encryptionKey === undefined
      ? config.readonly === true
        ? readOnlyUri(location.path)
        : location.path
      : undefined
  if (location.kind === "file") {
    const { path } = location
    yield* Effect.tryPromise({ try: () => requireOwnChanges(path, config), catch: toSqlError("open") })
  }
  const { prepared, thread } = yield* readsOf(readPath)
  if (location.kind === "file" && config.readonly === true) {
    const one = yield* session(() => openToRead(location, config))
    const another = anotherFor(location, config)
    return {
      writer: one,
      reader: one,
      parallelReads: false,
      isLocal,
      thread,
      prepared,
      beforeWrite: Effect.void,
      refusal,
      isGone,
      another,
      steady: undefined
    }
  }
  if (location.kind === "file") {
    const writer = yield* session(() => openFile(location, config, false))
    const reader = yield* session(() => openFile(location, config, true))
    const another = anotherFor(location, config)
    return {
      writer,
      reader,
      parallelReads: false,
      isLocal,
      thread,
      prepared,
      beforeWrite: Effect.void,
      refusal,
      isGone,
      another,
      steady: undefined
    }
  }
  let shared: LibsqlFetch.LibsqlFetch | undefined
  // One for all clients of a server: it knows what was written.
  const fetch = () => (shared ??= fetchOf(location, config))
  const one = yield* session(async () =>
    location.kind === "remote"
      ? openRemote(location, config, fetch())
      : location.kind === "memory"
        ? openMemory(location.url)
        : openReplica(location, config, state)
  )
  const beforeWrite = Effect.suspend(() =>
    state.offlineSince !== undefined && Date.now() - state.offlineSince > offlineFor ? one.renew : Effect.void
  )
  const another = anotherFor(location, config)
  const steady = isLocal ? undefined : SteadyReads.make((wrap) => openRemote(location, config, wrap(fetch())))
  return {
    writer: one,
    reader: one,
    parallelReads: !isLocal,
    isLocal,
    thread,
    prepared,
    beforeWrite,
    refusal,
    isGone,
    another,
    steady
  }
})

/** A driver that is there: its native part may be missing, or where a bundler did not find it. */
const loaded = <Driver>(driver: Promise<Driver>): Promise<Driver> =>
  driver.catch((cause: unknown) => {
    throw new LibsqlFault("driver", "the driver does not load", cause)
  })

/** Loads libSQL when it is first needed: importing this module loads nothing native. */
const openLocal = async (options: LibsqlConfig): Promise<Client> => {
  // Its native part prints its trace to stdout, which belongs to the program; it reads this once, when it is loaded.
  process.env["RUST_LOG"] ??= "off"
  const { createClient } = await loaded(import("@libsql/client"))
  return createClient({ concurrency: 1, intMode: "bigint", timeout: nativeTimeout, ...options })
}

const openMemory = async (url: string): Promise<Client> => {
  const client = await openLocal({ url })
  await client.execute("PRAGMA foreign_keys = ON")
  return client
}

const openFile = async (location: Location, config: Config, queryOnly: boolean): Promise<Client> => {
  if ("path" in location) {
    requireFile(location.path)
    if (!queryOnly) makeNew(location.path)
  }
  const client = await openLocal({ url: location.url, ...key(config) }).catch((cause: unknown) => {
    throw "path" in location && faultOf(cause) === "cannotOpen" ? explained(cause, location.path) : cause
  })
  try {
    if (!queryOnly) await setJournalMode(client, config)
    // In a rollback journal NORMAL can damage a file when the power fails.
    await client.execute(`PRAGMA synchronous = ${(await journalModeOf(client)) === "wal" ? "NORMAL" : "FULL"}`)
    await client.execute("PRAGMA foreign_keys = ON")
    if (queryOnly) await client.execute("PRAGMA query_only = ON")
    return client
  } catch (cause) {
    client.close()
    throw cause
  }
}

/** The URI by which SQLite opens a file to be read only. */
const readOnlyUri = (path: string): string => `${pathToFileURL(path).href}?mode=ro`

/** The same as libSQL's client takes it. */
const readOnlyUrl = (path: string, more = ""): string => `file:${encodeURIComponent(readOnlyUri(path) + more)}`

const opener = (path: string, config: Partial<Config>) => ({
  together: () => openLocal({ url: readOnlyUrl(path), ...key(config) }),
  alone: () => openLocal({ url: readOnlyUrl(path, "&immutable=1"), ...key(config) })
})

/** Whether a file has the changes of another database beside it, by which it is damaged. */
export const hasStrayChanges = async (path: string, config: Partial<Config> = {}): Promise<boolean> =>
  StrayChanges.areThere(path) && (await StrayChanges.damage(opener(path, config)))

/** SQLite would take over what waits beside a file, of whichever database it is, and mix the two. */
const requireOwnChanges = async (path: string, config: Config): Promise<void> => {
  const isDoubtful = (() => {
    try {
      return StrayChanges.areDoubtful(path)
    } catch {
      // It cannot be read: opening it says so.
      return false
    }
  })()
  if (isDoubtful && (await hasStrayChanges(path, config))) throw new LibsqlFault("strayChanges", path)
}

/**
 * A connection that reads. A database in write-ahead mode, in a folder that cannot be written, is read as a file that nobody
 * changes meanwhile: where no changes wait beside it, SQLite has no other way.
 */
const openToRead = async (
  location: Extract<Location, { kind: "file" | "replica" }>,
  config: Partial<Config>
): Promise<Client> => {
  if (isMissing(location)) throw new LibsqlFault("cannotOpen", `${location.label} does not exist`)
  requireFile(location.path)
  const open = async (url: string) => {
    const client = await openLocal({ url, ...key(config) })
    try {
      await client.execute("SELECT count(*) FROM sqlite_master")
      return client
    } catch (cause) {
      client.close()
      throw cause
    }
  }
  const { path } = location
  try {
    return await open(readOnlyUrl(path))
  } catch (cause) {
    const fault = faultOf(cause)
    if (
      (fault === "readonlyFolder" || fault === "cannotOpen") &&
      obstacleOf(path) === undefined &&
      !StrayChanges.areThere(path)
    ) {
      return await open(readOnlyUrl(path, "&immutable=1"))
    }
    throw fault === "cannotOpen" ? explained(cause, path) : cause
  }
}

/** A new file is its owner's, also where a link names it; SQLite makes those beside it alike. */
const makeNew = (path: string): void => {
  // Closing one that is there would end the locks that this process has on it.
  if (existsSync(path)) return
  try {
    closeSync(openSync(path, "a", 0o600))
  } catch {
    // It is there, or libSQL will say why it cannot be.
  }
}

const makePrivate = (path: string): void => {
  if (existsSync(path)) chmodSync(path, 0o600)
}

const key = (config: Partial<Config>) =>
  config.encryptionKey === undefined ? {} : { encryptionKey: reveal(config.encryptionKey) }

/** Whether a database is another program's, with which nothing was agreed. */
const isForeign = async (client: Client, config: Config): Promise<boolean> => {
  const { rows } = await client.execute(inventory)
  const [others, own, alike] = ["others", "own", "alike"].map((name) => Number(rows[0]?.[name]) > 0)
  // Where something is in the way, no tables are made though it was agreed.
  return own !== true && (config.create === true ? alike === true : others === true)
}

const setJournalMode = async (client: Client, config: Config): Promise<void> => {
  if (config.journalMode === undefined && (await isForeign(client, config))) return
  const mode = config.journalMode ?? "wal"
  if ((await journalModeOf(client)) === mode) return
  await client.execute(`PRAGMA journal_mode = ${mode}`).catch((cause) => {
    // What cannot be written can still be read.
    if (faultOf(cause) !== "readonly") throw cause
  })
}

const token = (config: Config, location: Location): { readonly authToken?: string } => {
  const authToken = tokenOf(config, location)
  return authToken === undefined ? {} : { authToken }
}

/** Follows the name of a replica's file, where libSQL records what it has. */
const replicaRecords = "-client_wal_index"

const replicaFiles = ["", "-wal", "-shm", replicaRecords]

type Replica = Extract<Location, { kind: "replica" }>

/** Why a primary does not serve this client: to a replica it is silent about that. */
const refusalOf = async (location: Replica, config: Config): Promise<unknown> => {
  const primary: Location = { ...location, kind: "remote", url: location.syncUrl }
  const client = await openRemote(primary, { ...config, requestTimeout: "3 seconds" })
  try {
    await client.execute("SELECT 1")
    return undefined
  } catch (cause) {
    return passing.has(faultOf(cause)) || faultOf(cause) === "timeout" ? undefined : cause
  } finally {
    client.close()
  }
}

const openReplica = async (location: Replica, config: Config, state: ReplicaState): Promise<Client> => {
  requireFile(location.path)
  const exists = existsSync(location.path)
  // With these records and without the file libSQL believes to have everything, and gives an empty database.
  if (!exists) rmSync(`${location.path}${replicaRecords}`, { force: true })
  try {
    const client = await openLocal({
      url: location.url,
      syncUrl: location.syncUrl,
      ...token(config, location),
      ...(config.syncInterval === undefined
        ? {}
        : { syncInterval: Math.max(1, Math.round(Duration.toSeconds(duration(config.syncInterval, Duration.zero)))) }),
      ...key(config)
    })
    await client.sync()
    if (!exists) for (const suffix of replicaFiles) makePrivate(`${location.path}${suffix}`)
    state.offlineSince = undefined
    return client
  } catch (cause) {
    if (faultOf(cause) !== "unreachable") throw cause
    if (!exists) {
      // What the attempt left behind would pass for a replica the next time.
      for (const suffix of replicaFiles) rmSync(`${location.path}${suffix}`, { force: true })
    }
    const refused = await refusalOf(location, config)
    if (refused !== undefined) throw refused
    if (!exists) throw cause
    state.offlineSince = Date.now()
    return openFile(location, { ...config, journalMode: "wal" }, true)
  }
}

const fetchOf = (location: Location, config: Config): LibsqlFetch.LibsqlFetch =>
  LibsqlFetch.make(
    Duration.toMillis(duration(config.requestTimeout, defaults.requestTimeout)),
    tokenOf(config, location)
  )

const openRemote = async (
  location: Location,
  config: Config,
  fetch: LibsqlFetch.LibsqlFetch = fetchOf(location, config)
): Promise<Client> => {
  const { createClient } = await loaded(import("@libsql/client/http"))
  return createClient({ url: location.url, intMode: "bigint", ...token(config, location), fetch })
}
