import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from "node:http"
import type { Duplex } from "node:stream"
import { ofStatus, secured } from "./Refusal.ts"
import * as Turns from "./Turns.ts"

/** What a server allows on a connection before anything is asked. */
export interface ConnectionLimits {
  /** How many connections are open at once; more are closed. Default: 4,096. */
  readonly maxConnections?: number
  /** How long the headers of a request may take, in milliseconds. Default: 15,000. */
  readonly headersTimeout?: number
  /** How long a whole request may take to arrive, in milliseconds, longer than any file may take. Default: 330,000. */
  readonly requestTimeout?: number
  /** How many requests of a connection wait behind the one that is answered; with more it is closed. Default: 100. */
  readonly maxPipelined?: number
  /** How long a client may read nothing of what was sent to it, in milliseconds. Default: 60,000. */
  readonly stallTimeout?: number
  /** How long the headers of a request may be together, in bytes. Default: 32 KiB. */
  readonly maxHeaderSize?: number
}

/** An answer as the bytes of a connection that ends with it. */
const written = (status: number): string => {
  const { body, headers } = secured(ofStatus(status))
  const bytes = body._tag === "Uint8Array" ? body.body : new Uint8Array()
  const lines = Object.entries({ ...headers, "content-length": `${bytes.length}`, connection: "close" })
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\n${head}\r\n${new TextDecoder().decode(bytes)}`
}

/** What a request that Node could not read is answered. */
const statusOf = (error: Error): number => {
  const code = "code" in error ? error.code : undefined
  switch (code) {
    case "HPE_HEADER_OVERFLOW":
      return 431
    case "HPE_CHUNK_EXTENSIONS_OVERFLOW":
      return 413
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return 408
    default:
      return 400
  }
}

/**
 * A server of Node as a public one is to be: connections have limits, and what Node answers by itself, such as to bytes that
 * are no request, is a problem document too.
 *
 * @example
 * import { NodeHttpServer } from "@effect/platform-node"
 * import { Connections } from "crosswalk/http"
 *
 * const server = NodeHttpServer.layer(() => Connections.server({ maxConnections: 500 }), { host: "127.0.0.1", port: 7430 })
 */
export const server = ({
  headersTimeout = 15_000,
  maxConnections = 4096,
  maxHeaderSize = 32 * 1024,
  maxPipelined = 100,
  requestTimeout = 330_000,
  stallTimeout = 60_000
}: ConnectionLimits = {}): Server => {
  const made = createServer({
    headersTimeout,
    maxHeaderSize,
    requestTimeout,
    // The guard says which hosts are meant, in a document.
    requireHostHeader: false,
    connectionsCheckingInterval: Math.min(5000, headersTimeout)
  })
  made.maxConnections = maxConnections
  const turns = Turns.make(made, maxPipelined)
  // A connection on which nothing moves is closed where that is up to its client: it asks nothing, or reads nothing.
  made.setTimeout(stallTimeout, (socket) => {
    if (socket.writableLength > 0 || !turns.isBusy(socket)) socket.destroy()
  })
  made.on("clientError", (error: Error, socket: Duplex) => {
    if (!socket.writable || turns.isAnswering(socket)) return socket.destroy()
    return socket.end(written(statusOf(error)))
  })
  made.on("connect", (_request: IncomingMessage, socket: Duplex) => {
    socket.on("error", () => {})
    socket.end(written(405))
  })
  made.on("checkExpectation", (_request: IncomingMessage, response: ServerResponse) => {
    const { body, headers, status } = secured(ofStatus(417))
    response.writeHead(status, { ...headers, connection: "close" })
    response.end(body._tag === "Uint8Array" ? body.body : undefined)
  })
  return made
}
