import { createClient, type Client, type Config } from "@libsql/client"
import { Effect, Layer, type Scope } from "effect"
import * as LibsqlClient from "../../src/libsql/LibsqlClient.ts"

/** A client of `@libsql/client` that is closed with the scope, as a program that owns it would. */
export const liveClient = (config: Config): Effect.Effect<Client, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => createClient({ intMode: "bigint", ...config })),
    (client) => Effect.sync(() => client.close())
  )

/** `LibsqlClient` on such a client. */
export const layerLive = (config: Config) =>
  Layer.unwrap(Effect.map(liveClient(config), (client) => LibsqlClient.layer({ liveClient: client })))
