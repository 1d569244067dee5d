import { redact } from "../domain/Redact.ts"
import * as Deadline from "./Deadline.ts"
import { faultOf, faultOfStatus, LibsqlFault } from "./LibsqlError.ts"
import { isRead } from "./LibsqlValues.ts"

/** What sends the requests of a client. */
export type LibsqlFetch = (request: Request) => Promise<Response>

/** The parts of a request of libSQL's http protocol (Hrana) that matter here. */
interface Pipeline {
  readonly baton?: unknown
  readonly requests?: ReadonlyArray<{ readonly stmt?: Stmt; readonly batch?: { readonly steps?: ReadonlyArray<Step> } }>
}

interface Step {
  readonly stmt?: Stmt
}

interface Stmt {
  readonly sql?: string
  replication_index?: string
}

const statementsOf = (pipeline: Pipeline): ReadonlyArray<Stmt> =>
  (pipeline.requests ?? [])
    .flatMap(({ batch, stmt }) => [stmt, ...(batch?.steps ?? []).map((step) => step.stmt)])
    .filter((stmt) => stmt !== undefined)

/** How a transaction begins that only reads. */
const beginsToRead = /^begin transaction readonly$/iu

/** The most bytes of an answer that are taken: a libSQL server sends 10 MB at most, hosted ones a little more. */
const maxBytes = 64 * 1024 * 1024

/** The text of an answer, which is given up where it does not end. */
const textOf = async (response: Response): Promise<string> => {
  const pieces: Array<Uint8Array> = []
  let size = 0
  for await (const piece of response.body ?? []) {
    size += piece.length
    // Leaving the loop cancels the body, which closes the connection.
    if (size > maxBytes) throw new LibsqlFault("tooLarge", `more than ${maxBytes / 1024 / 1024} MB`)
    pieces.push(piece)
  }
  return Buffer.concat(pieces).toString("utf8")
}

/** How long an answer asks to wait before the next request, in milliseconds; undefined where it does not. */
const retryAfterOf = ({ headers }: Response): number | undefined => {
  const text = headers.get("retry-after")
  if (text === null) return undefined
  const millis = /^\d+$/u.test(text.trim()) ? Number(text) * 1000 : Date.parse(text) - Date.now()
  return Number.isFinite(millis) ? Math.max(0, millis) : undefined
}

/** What a server says that asks to come back later, which the driver would make an error without the wait. */
const refuseLater = (answer: Response): void => {
  const retryAfter = answer.ok ? undefined : retryAfterOf(answer)
  if (retryAfter === undefined) return
  const wait = `${Math.ceil(retryAfter / 1000)} s`
  const text = `Server returned HTTP status ${answer.status} and asks to wait ${wait}`
  throw new LibsqlFault(faultOfStatus(answer.status) ?? "unknown", text, undefined, retryAfter)
}

/** What the JSON of a refusal says: libSQL's protocol calls it `message`, and what stands before it in a server `error`. */
const saidIn = (text: string): { readonly message?: unknown; readonly error?: unknown } => {
  try {
    const json: unknown = JSON.parse(text)
    return typeof json === "object" && json !== null ? json : {}
  } catch {
    return {}
  }
}

/** What an answer refuses in another way than the protocol has, with the server's own words; undefined where it does not. */
const refusalOf = ({ headers, ok, status }: Response, text: string): LibsqlFault | undefined => {
  if (status === 204 || status === 205)
    return new LibsqlFault("brokenAnswer", `HTTP status ${status} without an answer`)
  if (status >= 300 && status < 400)
    return new LibsqlFault("redirected", headers.get("location") ?? `HTTP status ${status}`)
  if (ok) return undefined
  const { error, message } = saidIn(text)
  if (typeof message === "string") return undefined
  const isText = headers.get("content-type")?.startsWith("text/plain") === true
  const words = typeof error === "string" ? error : isText ? text.trim() : ""
  const returned = `Server returned HTTP status ${status}`
  const fault = faultOfStatus(status) ?? faultOf(words)
  return new LibsqlFault(fault === "unknown" ? "refused" : fault, words === "" ? returned : `${returned}: ${words}`)
}

/**
 * Whether a server may lead requests from its URL to another: of the same host or its siblings, as several servers behind one name
 * have them, and not out of encryption.
 */
const mayLead = (from: URL, to: URL): boolean => {
  if (from.protocol === "https:" && to.protocol !== "https:") return false
  // Of names of three parts at least, and not of numbers.
  const parent = /^[^.]+(\.[^.]+\..*[a-z].*)$/u.exec(from.hostname)?.[1]
  return to.hostname === from.hostname || (parent !== undefined && to.hostname.endsWith(parent))
}

/**
 * A `fetch` for one libSQL client. It gives up after `timeout` milliseconds, answer included, at the end of the call that it
 * is a part of, or after 64 MB; asks for no
 * compression, which makes answers with embeddings 20 times slower; and makes a replica server wait until it has what this
 * client wrote, so that a read after a write finds it. What a server says of a failure is not shown with the `token` in it. A
 * server that has no database any more, which answered before, is told from one that never had it. Nothing is sent where the
 * server leads to another one.
 */
export const make = (timeout: number, token: string | undefined): LibsqlFetch => {
  // Where the first request goes is what the user said.
  let home: URL | undefined
  // The place in the primary's log that reads wait for, as the server gave it: of the last write, or of a transaction.
  let written: string | undefined
  let answered = false
  const note = (answer: string) => {
    for (const [, index] of answer.matchAll(/"replication_index":"(\d+)"/gu)) written = index
  }

  return async (request) => {
    const headers = new Headers(request.headers)
    headers.set("accept-encoding", "identity")
    const url = new URL(request.url)
    home ??= url
    if (!mayLead(home, url)) throw new LibsqlFault("redirected", url.origin)
    const init = { headers, redirect: "manual", signal: Deadline.signal(timeout) } as const
    const take = async (body?: string) => {
      const answer = await fetch(request.url, body === undefined ? init : { ...init, method: "POST", body })
      const text = await textOf(answer)
      refuseLater(answer)
      if (body !== undefined) {
        if (answered && faultOfStatus(answer.status) === "noSuchDatabase")
          throw new LibsqlFault("lostDatabase", `Server returned HTTP status ${answer.status}`)
        answered ||= answer.ok
      }
      const shown = answer.ok ? text : redact(text, token === undefined ? [] : [token])
      const refusal = refusalOf(answer, shown)
      if (refusal !== undefined) throw refusal
      return { text, response: new Response(shown, { status: answer.status, headers: answer.headers }) }
    }
    if (request.method !== "POST") return (await take()).response

    const text = await request.text()
    const pipeline: Pipeline = JSON.parse(text)
    const statements = statementsOf(pipeline)
    const reads = statements.every(({ sql }) => sql !== undefined && (isRead(sql) || beginsToRead.test(sql)))

    if (reads) {
      // A transaction reads at the primary.
      if (statements.some(({ sql }) => sql !== undefined && beginsToRead.test(sql))) {
        const { response, text: answer } = await take(text)
        note(answer)
        return response
      }
      if (written === undefined || typeof pipeline.baton === "string") return (await take(text)).response
      for (const statement of statements) statement.replication_index = written
      try {
        return (await take(JSON.stringify(pipeline))).response
      } catch (cause) {
        // A server that lost what was written would make every read wait for it.
        written = undefined
        throw cause
      }
    }
    const { response, text: answer } = await take(text)
    note(answer)
    return response
  }
}
