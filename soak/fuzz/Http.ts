import { connect } from "node:net"
import { text } from "node:stream/consumers"
import type { Random } from "../Random.ts"
import type { serve } from "../Server.ts"
import type { Target } from "./Target.ts"
import { junk, type Shape, texts, valueOf } from "./Values.ts"

interface Operation {
  readonly method: string
  readonly path: string
  readonly parameters: ReadonlyArray<{ readonly name: string; readonly in: string; readonly schema?: Shape }>
  readonly bodies: ReadonlyArray<readonly [type: string, schema: Shape | undefined]>
}

interface Document {
  readonly paths: Readonly<
    Record<
      string,
      Readonly<
        Record<
          string,
          {
            readonly parameters?: Operation["parameters"]
            readonly requestBody?: { readonly content?: Readonly<Record<string, { readonly schema?: Shape }>> }
          }
        >
      >
    >
  >
  readonly components?: { readonly schemas?: Readonly<Record<string, Shape>> }
}

const methods = ["get", "put", "post", "patch", "delete"]

const operationsOf = ({ paths }: Document): ReadonlyArray<Operation> =>
  Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).flatMap(([method, { parameters = [], requestBody }]) =>
      methods.includes(method)
        ? [
            {
              method: method.toUpperCase(),
              path,
              parameters,
              bodies: Object.entries(requestBody?.content ?? {}).map(([type, { schema }]) => [type, schema] as const)
            }
          ]
        : []
    )
  )

/** What shows that an answer is none for others: places in a program, or a defect. */
const isInward = (body: string) => /\bat .*\.(js|ts):\d+:\d+|should not happen|panicked/u.test(body)

const headers = [
  ["accept", "text/csv"],
  ["accept", "*/*;q=0"],
  ["content-type", "text/plain"],
  ["content-type", "application/json; charset=utf-16"],
  ["content-encoding", "gzip"],
  ["if-match", "*"],
  ["if-match", '"'],
  ["if-none-match", 'W/"x", *'],
  ["authorization", "Bearer x"],
  ["authorization", "Basic %%%"],
  ["range", "bytes=5-1"],
  ["origin", "http://elsewhere.example"],
  ["x-forwarded-host", "elsewhere.example"],
  ["last-event-id", "-1"],
  ["traceparent", "00-0-0-00"]
] as const

/** Sends bytes that are no request, and waits for the connection to end. */
const garbage = (url: string, bytes: Buffer): Promise<string> => {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.on("error", () => {})
  socket.end(bytes)
  socket.setTimeout(5_000, () => socket.destroy())
  return text(socket).catch(() => "")
}

/** Requests to every operation that the server's own document tells, nearly as it says, and bytes that are no request. */
export const http = async (server: Awaited<ReturnType<typeof serve>>): Promise<Target> => {
  const { url } = server
  const document: Document = JSON.parse(await (await fetch(`${url}/openapi.json`)).text())
  const operations = operationsOf(document)
  const resolve = (ref: string) => document.components?.schemas?.[decodeURIComponent(ref.split("/").at(-1) ?? "")]
  const counts = { operations: operations.length, "done (2xx)": 0, "refused (4xx)": 0, other: 0 }

  const requestOf = ({ bodies, method, parameters, path }: Operation, random: Random) => {
    const chosen = (kind: string) => parameters.filter((parameter) => parameter.in === kind)
    const place = path.replaceAll(/\{([^}]+)\}/gu, () => encodeURIComponent(random.pick(texts)).slice(0, 3000) || "x")
    const query = new URLSearchParams()
    for (const { name, schema } of chosen("query")) {
      if (random.below(10) < 4) query.append(name, String(valueOf(schema, random, resolve, name)).slice(0, 2000))
    }
    if (random.below(12) === 0) query.append(random.pick(texts).slice(0, 100), "x")
    const [type, schema] = bodies.length === 0 ? [undefined, undefined] : random.pick(bodies)
    const value = random.below(6) === 0 ? junk(random) : valueOf(schema, random, resolve)
    const whole = type === undefined ? undefined : typeof value === "string" ? value : JSON.stringify(value)
    const body = whole !== undefined && random.below(8) === 0 ? whole.slice(0, random.below(whole.length + 1)) : whole
    const extra = random.below(3) === 0 ? [random.pick(headers)] : []
    return {
      method,
      url: `${url}${place}${query.size > 0 ? `?${query}` : ""}`,
      headers: { ...(type === undefined ? {} : { "content-type": type }), ...Object.fromEntries(extra) },
      ...(body === undefined ? {} : { body })
    }
  }

  return {
    name: "requests",
    trials: operations.length * 40,
    trial: async (random, number) => {
      if (number % 20 === 19) {
        const bytes = Buffer.from(
          `${random.pick(["GET / HTTP/1.1\r\n", "POST /search HTTP/1.1\r\ncontent-length: -1\r\n\r\n", "", "\0"])}${random.pick(texts)}`
        )
        const answer = await garbage(url, bytes)
        return isInward(answer) ? `bytes are answered with ${answer.slice(0, 400)}` : undefined
      }
      const operation = operations[number % operations.length]
      if (operation === undefined) return "there is no operation"
      const { url: whole, ...init } = requestOf(operation, random)
      const told = `${init.method} ${whole.slice(0, 500)} ${JSON.stringify(init.headers)} ${init.body?.slice(0, 1000) ?? ""}`
      try {
        const answer = await fetch(whole, { ...init, signal: AbortSignal.timeout(60_000), redirect: "manual" })
        // What lasts, such as the events of a job, is read no further than its beginning.
        const isEndless = answer.headers.get("content-type")?.startsWith("text/event-stream") === true
        if (isEndless) await answer.body?.cancel()
        const body = isEndless ? "" : await answer.text()
        const { status } = answer
        counts[
          status >= 200 && status < 300 ? "done (2xx)" : status >= 400 && status < 500 ? "refused (4xx)" : "other"
        ]++
        if (isInward(body)) return `${told}: ${body.slice(0, 400)}`
        if (answer.status >= 500) return `${told}: ${answer.status} ${body.slice(0, 400)}`
        const isProblem = answer.headers.get("content-type")?.startsWith("application/problem+json") === true
        if (answer.status >= 400 && init.method !== "HEAD" && !isProblem) {
          return `${told}: ${answer.status} is no problem document: ${body.slice(0, 200)}`
        }
        return undefined
      } catch (error) {
        return `${told}: ${error instanceof Error ? `${error.name} ${error.message} ${String(error.cause ?? "")}` : String(error)}`
      }
    },
    counts: () => counts,
    end: async () => {
      const health = await fetch(`${url}/health`).then(
        ({ status }) => status,
        (error: unknown) => String(error)
      )
      const code = await server.end("SIGTERM")
      return [
        ...(health === 200 ? [] : [`the server is ${health} afterwards`]),
        ...(code === 143 ? [] : [`serve ended with ${code}: ${server.printed().slice(-400)}`]),
        ...(isInward(server.printed()) ? [`serve printed ${server.printed().slice(-800)}`] : [])
      ]
    }
  }
}
