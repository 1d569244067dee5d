import { Server as HttpServer } from "node:http"
import type { Server } from "node:net"
import { Effect, type Scope } from "effect"

/** A server listens on a free port of 127.0.0.1 until the scope ends. Gives its host, such as `127.0.0.1:34567`. */
export const listening = (server: Server): Effect.Effect<string, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.callback<string>((resume) => {
      server.listen(0, "127.0.0.1", () => {
        const address = server.address()
        const port = typeof address === "object" ? address?.port : undefined
        resume(Effect.succeed(`127.0.0.1:${port}`))
      })
    }),
    () =>
      Effect.sync(() => {
        if (server instanceof HttpServer) server.closeAllConnections()
        server.close()
      })
  )
