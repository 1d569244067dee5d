import type { Client } from "@libsql/client"
import { Duration, Effect, type Scope } from "effect"
import type { SqlError } from "effect/sql"
import { type LiveConfig, type Location, locate } from "./LibsqlConfig.ts"
import type * as LibsqlConnection from "./LibsqlConnection.ts"
import { LibsqlFault, toSqlError } from "./LibsqlError.ts"
import { anotherFor, defaults, duration, type ReplicaState, readsOf } from "./LibsqlOpen.ts"
import * as LibsqlSession from "./LibsqlSession.ts"

/** Where the database of a client is, as it says itself; fails for a client whose integers are texts. */
const locationOf = async (client: Client): Promise<Location> => {
  const { rows } = await client.execute("SELECT 1")
  if (typeof rows[0]?.[0] === "string") {
    throw new LibsqlFault("argument", 'its intMode is "string"; make it with "number" or "bigint"')
  }
  if (client.protocol !== "file")
    return { kind: "remote", url: "", label: `a client of the program (${client.protocol})` }
  const databases = await client.execute("PRAGMA database_list")
  const path = databases.rows.find((row) => row[1] === "main")?.[2]
  return locate({ url: typeof path === "string" && path !== "" ? path : ":memory:" }, "/")
}

/** A client of the caller, who keeps it. */
export const adopt = Effect.fnUntraced(function* (config: LiveConfig): Effect.fn.Return<
  {
    readonly location: Location
    readonly state: ReplicaState
    readonly options: LibsqlConnection.Options
  },
  SqlError.SqlError,
  Scope.Scope
> {
  const { liveClient } = config
  const location = yield* Effect.tryPromise({ try: () => locationOf(liveClient), catch: toSqlError("open") })
  const isLocal = location.kind !== "remote"
  let isNew = true
  const session = yield* LibsqlSession.make({
    open: async () => {
      if (!isNew) await liveClient.reconnect()
      isNew = false
      return liveClient
    },
    close: () => {},
    renewable: location.kind === "file",
    interruptible: !isLocal,
    refills: !isLocal,
    busyTimeout: duration(config.busyTimeout, defaults.busyTimeout),
    callTimeout: isLocal ? Duration.infinity : defaults.requestTimeout
  })
  const { prepared, thread } = yield* readsOf(
    config.longReads === "thread" && location.kind === "file" ? location.path : undefined
  )
  // An encrypted file cannot be opened a second time: its key is not known.
  const another: LibsqlConnection.Options["another"] = (reader) =>
    anotherFor(location, {})(reader).catch(() => undefined)
  return {
    location,
    state: { offlineSince: undefined },
    options: {
      writer: session,
      reader: session,
      parallelReads: !isLocal,
      isLocal,
      thread,
      prepared,
      beforeWrite: Effect.void,
      another,
      steady: undefined,
      isGone: () => false,
      refusal: () =>
        config.readonly === true ? new LibsqlFault("readonly", "it was opened with readonly: true") : undefined
    }
  }
})
