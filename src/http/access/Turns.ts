import { IncomingMessage, type Server, ServerResponse } from "node:http"
import type { Duplex } from "node:stream"

/** A request, by the event that tells of it. */
interface Arrival {
  readonly event: string
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

/** The requests of a connection. */
interface Connection {
  /** What is answered, or was last. */
  response: ServerResponse | undefined
  isBusy: boolean
  /** Those behind it, in their order. */
  readonly waiting: Array<Arrival>
}

/** What of the requests of a connection is answered. */
export interface Turns {
  /** Whether one is. */
  readonly isBusy: (socket: Duplex) => boolean
  /** Whether a part of its answer has been sent, and not all. */
  readonly isAnswering: (socket: Duplex) => boolean
}

const events: ReadonlySet<string> = new Set(["request", "checkContinue"])

/**
 * Answers the requests of a connection one at a time, the next when the one before has been sent, so that who sends many at
 * once, or reads no answers, takes the turn of nobody else. A connection with more than `most` that wait is closed. What comes
 * before anybody listens waits for who does.
 */
export const make = (server: Server, most: number): Turns => {
  const connections = new WeakMap<Duplex, Connection>()
  const early: Array<() => void> = []
  const emit = server.emit

  const begin = (connection: Connection, { event, request, response }: Arrival) => {
    connection.isBusy = true
    connection.response = response
    response.once("close", () => {
      const next = connection.waiting.shift()
      connection.isBusy = next !== undefined
      // Who came meanwhile is listened to first.
      if (next !== undefined) setImmediate(begin, connection, next)
    })
    const tell = () => Reflect.apply(emit, server, [event, request, response])
    if (request.socket.destroyed) return
    if (server.listenerCount(event) > 0) tell()
    else early.push(tell)
  }

  const arrive = (arrival: Arrival) => {
    const { socket } = arrival.request
    if (socket.destroyed) return
    const connection = connections.get(socket) ?? { isBusy: false, response: undefined, waiting: [] }
    connections.set(socket, connection)
    if (!connection.isBusy) return begin(connection, arrival)
    if (connection.waiting.push(arrival) <= most) return
    connection.waiting.length = 0
    socket.destroy()
  }

  // Node tells of a request as soon as it has been read, and has no other place to hold it back.
  Object.defineProperty(server, "emit", {
    value: (event: string, ...values: ReadonlyArray<unknown>): boolean => {
      const [request, response] = values
      if (!events.has(event) || !(request instanceof IncomingMessage) || !(response instanceof ServerResponse)) {
        return Reflect.apply(emit, server, [event, ...values])
      }
      arrive({ event, request, response })
      return true
    }
  })
  server.on("newListener", (event) => {
    // It is told of before it listens.
    if (event === "request") setImmediate(() => early.splice(0).forEach((tell) => tell()))
  })

  return {
    isBusy: (socket) => connections.get(socket)?.isBusy ?? false,
    isAnswering: (socket) => {
      const response = connections.get(socket)?.response
      return response !== undefined && response.headersSent && !response.writableFinished
    }
  }
}
