/** A proxy on 127.0.0.1 before a server, which does to requests what a bad network and a bad server do. */
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http"
import { Effect, type Scope } from "effect"
import { listening } from "./listening.ts"

/** What happens to a request. */
export type Behaviour =
  /** It goes to the server, and its answer back. */
  | { readonly kind: "pass"; readonly delay?: number }
  /** The connection is reset before the server sees anything. */
  | { readonly kind: "resetBefore" }
  /** The server does it all, and the connection is reset before its answer. */
  | { readonly kind: "loseAnswer" }
  /** The server does it all, and the connection ends after half of its answer. */
  | { readonly kind: "cutAnswer" }
  /** The server does it all, and half of its answer looks as if it were all. */
  | { readonly kind: "halfAnswer" }
  /** Nobody does anything, and the answer is this. */
  | {
      readonly kind: "answer"
      readonly status: number
      readonly body?: string
      readonly type?: string
      readonly retryAfter?: string
      readonly location?: string
    }
  /** No answer ever comes. */
  | { readonly kind: "silence" }
  /** The answer never ends. */
  | { readonly kind: "endless" }

export interface Proxy {
  readonly url: string
  /** Every request so far. */
  readonly requests: () => number
  /** Bytes of all answers so far. */
  readonly answered: () => number
  /** What happens from now on; a function is asked before each request, whose number from 1 and text it is given. */
  readonly behave: (next: Behaviour | ((number: number, body: string) => Behaviour)) => void
}

const read = async (stream: IncomingMessage): Promise<Buffer> => {
  const pieces: Array<Buffer> = []
  for await (const piece of stream) pieces.push(piece as Buffer)
  return Buffer.concat(pieces)
}

const forward = (
  target: URL,
  host: string,
  message: IncomingMessage,
  body: Buffer
): Promise<readonly [IncomingMessage, Buffer]> =>
  new Promise((resolve, reject) => {
    const { "content-length": _, ...headers } = message.headers
    const onward = request(
      new URL(message.url ?? "/", target),
      {
        method: message.method,
        agent: false,
        headers: { ...headers, host, "content-length": body.length, connection: "close" }
      },
      (answer) => read(answer).then((text) => resolve([answer, text]), reject)
    )
    onward.on("error", reject)
    onward.end(body)
  })

/** A proxy before `target`, closed with the scope, which asks it for `host`. Default: the host of `target`. */
export const make = (target: string, host = new URL(target).host): Effect.Effect<Proxy, never, Scope.Scope> =>
  Effect.suspend(() => {
    let requests = 0
    let answered = 0
    let next: (number: number, body: string) => Behaviour = () => ({ kind: "pass" })

    const respond = async (message: IncomingMessage, response: ServerResponse) => {
      const body = await read(message)
      requests += 1
      const behaviour = next(requests, body.toString("utf8"))
      const count = (bytes: Buffer) => {
        answered += bytes.length
        return bytes
      }
      switch (behaviour.kind) {
        case "resetBefore":
          return message.socket.resetAndDestroy()
        case "silence":
          return
        case "answer":
          response.writeHead(behaviour.status, {
            "content-type": behaviour.type ?? "text/plain",
            ...(behaviour.retryAfter !== undefined && { "retry-after": behaviour.retryAfter }),
            ...(behaviour.location !== undefined && { location: behaviour.location })
          })
          response.end(count(Buffer.from(behaviour.body ?? "no")))
          return
        case "endless": {
          response.writeHead(200, { "content-type": "application/json" })
          const piece = Buffer.alloc(1 << 20, " ")
          const more = () => {
            if (response.destroyed) return
            if (response.write(count(piece))) setImmediate(more)
          }
          response.on("drain", more)
          return more()
        }
      }
      const [answer, text] = await forward(new URL(target), host, message, body)
      const half = text.subarray(0, text.length / 2)
      const { connection: _, "transfer-encoding": __, ...headers } = answer.headers
      switch (behaviour.kind) {
        case "pass":
          if (behaviour.delay !== undefined) await new Promise((done) => setTimeout(done, behaviour.delay))
          response.writeHead(answer.statusCode ?? 500, { ...headers, "content-length": text.length })
          response.end(count(text))
          return
        case "loseAnswer":
          return message.socket.resetAndDestroy()
        case "halfAnswer":
          response.writeHead(answer.statusCode ?? 500, { ...headers, "content-length": half.length })
          response.end(count(half))
          return
        case "cutAnswer":
          response.writeHead(answer.statusCode ?? 500, { ...headers, "content-length": text.length })
          response.write(count(half), () => message.socket.destroy())
      }
    }
    const server = createServer((message, response) => {
      respond(message, response).catch(() => message.socket.destroy())
    })
    return Effect.map(listening(server), (host) => ({
      url: `http://${host}`,
      requests: () => requests,
      answered: () => answered,
      behave: (wanted) => {
        next = typeof wanted === "function" ? wanted : () => wanted
      }
    }))
  })
