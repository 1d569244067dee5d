import type { IncomingMessage, Server, ServerResponse } from "node:http"
import { connect, type Socket } from "node:net"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schedule } from "effect"
import { Connections } from "../../src/http.ts"

const request = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"

/** A server with little patience. */
const listening = Effect.acquireRelease(
  Effect.callback<Server>((resume) => {
    const server = Connections.server({ stallTimeout: 200 })
    server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
  }),
  (server) =>
    Effect.sync(() => {
      server.closeAllConnections()
      server.close()
    })
)

/** One that answers so. */
const serving = (answer: (response: ServerResponse) => void) =>
  Effect.tap(listening, (server) =>
    Effect.sync(() => {
      server.on("request", (_request, response: ServerResponse) => answer(response))
    })
  )

/** How many connections a server has. */
const connectionsOf = (server: Server) =>
  Effect.callback<number>((resume) => {
    server.getConnections((_error, count) => resume(Effect.succeed(count)))
  })

/** A client that sends these bytes and reads nothing. */
const silent = (server: Server, bytes: string) =>
  Effect.acquireRelease(
    Effect.callback<Socket>((resume) => {
      const address = server.address()
      const socket = connect(typeof address === "object" ? (address?.port ?? 0) : 0, "127.0.0.1")
      socket.pause()
      socket.on("error", () => {})
      socket.on("connect", () => socket.write(bytes, () => resume(Effect.succeed(socket))))
    }),
    (socket) => Effect.sync(() => socket.destroy())
  )

describe("a connection", () => {
  it.live("is closed where its client reads nothing of what was sent to it", () =>
    Effect.gen(function* () {
      const server = yield* serving((response) => response.end("x".repeat(30_000_000)))
      yield* silent(server, request)
      const left = yield* Effect.repeat(connectionsOf(server), {
        until: (count) => count === 0,
        schedule: Schedule.spaced(50),
        times: 200
      })
      assert.strictEqual(left, 0)
    })
  )

  it.live("stays where it waits for its answer, however long that takes", () =>
    Effect.gen(function* () {
      const server = yield* serving(() => {})
      yield* silent(server, request)
      yield* Effect.sleep(700)
      assert.strictEqual(yield* connectionsOf(server), 1)
    })
  )

  it.live("that comes before anybody listens is answered when somebody does", () =>
    Effect.gen(function* () {
      const server = yield* listening
      yield* silent(server, request)
      yield* Effect.repeat(connectionsOf(server), { until: (count) => count === 1, schedule: Schedule.spaced(10) })
      yield* Effect.sleep(50)
      const { url } = yield* Effect.callback<IncomingMessage>((resume) => {
        server.on("request", (request: IncomingMessage) => resume(Effect.succeed(request)))
      })
      assert.strictEqual(url, "/")
    })
  )

  it.live("has one request answered at a time, in their order", () =>
    Effect.gen(function* () {
      const open: Array<ServerResponse> = []
      const server = yield* serving((response) => void open.push(response))
      yield* silent(server, request.repeat(3))
      for (const count of [1, 2, 3]) {
        yield* Effect.repeat(
          Effect.sync(() => open.length),
          { until: (known) => known >= count, schedule: Schedule.spaced(10), times: 500 }
        )
        yield* Effect.sleep(30)
        assert.lengthOf(open, count)
        open.at(-1)?.end("done")
      }
    })
  )
})
