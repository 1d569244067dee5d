import { connect } from "node:net"
import { Effect } from "effect"
import { HttpServer } from "effect/http"

/** What came back over a connection of its own. */
export interface Exchange {
  /** All that was received, as text. */
  readonly text: string
  /** The statuses of the answers in it. */
  readonly statuses: ReadonlyArray<number>
  /** Whether the server ended the connection. */
  readonly isClosed: boolean
}

export interface ExchangeOptions {
  /** Milliseconds before each piece but the first. */
  readonly gap?: number
  /** It ends when so many answers came, and when the server ends it. Default: 1. */
  readonly answers?: number
  /** Milliseconds after which it ends whatever came. */
  readonly patience?: number
}

/** How many answers a text has to their end. None of them is to a HEAD. */
const wholeIn = (text: string): number => {
  for (let count = 0, at = 0; ; count++) {
    const end = text.indexOf("\r\n\r\n", at)
    if (end === -1) return count
    const head = text.slice(at, end)
    const length = /^content-length: *(\d+)/imu.exec(head)?.[1]
    if (/^HTTP\/1\.1 (?:1\d\d|204|304) /u.test(head)) at = end + 4
    else if (length !== undefined) at = end + 4 + Number(length)
    else {
      // In chunks; what has neither ends with its connection.
      const last = text.indexOf("\r\n0\r\n\r\n", end)
      if (last === -1) return count
      at = last + 7
    }
    if (at > text.length) return count
  }
}

const statusesIn = (text: string) => [...text.matchAll(/HTTP\/1\.1 (\d{3}) /gu)].map(([, status]) => Number(status))

/** Where the server is, for a connection. */
export const place = Effect.map(HttpServer.HttpServer, ({ address }) => {
  const { hostname, port } = new URL(HttpServer.formatAddress(address))
  return { hostname, port: Number(port) }
})

/** Sends bytes as they are, and gives what comes back. */
export const exchange = (
  pieces: ReadonlyArray<string | Uint8Array>,
  { answers = 1, gap = 0, patience = 60_000 }: ExchangeOptions = {}
) =>
  Effect.flatMap(place, ({ hostname, port }) =>
    Effect.callback<Exchange>((resume) => {
      const socket = connect(port, hostname)
      let text = ""
      let timer: NodeJS.Timeout | undefined
      const end = (isClosed: boolean) => {
        clearTimeout(timer)
        clearTimeout(limit)
        socket.destroy()
        resume(Effect.succeed({ text, statuses: statusesIn(text), isClosed }))
      }
      const limit = setTimeout(() => end(false), patience)
      const send = (i: number) => {
        const piece = pieces[i]
        if (piece === undefined || socket.destroyed) return
        socket.write(piece)
        timer = setTimeout(() => send(i + 1), gap)
      }
      socket.setEncoding("latin1")
      socket.on("connect", () => (gap > 0 ? send(0) : pieces.forEach((piece) => socket.write(piece))))
      socket.on("data", (more: string) => {
        text += more
        // A moment for an answer that nobody asked for.
        if (wholeIn(text) >= answers) timer = setTimeout(() => end(false), 50)
      })
      socket.on("error", () => {})
      socket.on("close", () => end(true))
      return Effect.sync(() => socket.destroy())
    })
  )
