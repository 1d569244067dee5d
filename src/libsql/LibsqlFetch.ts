import { isRead } from "./LibsqlValues.ts"

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

/**
 * A `fetch` for one libSQL client. It gives up after `timeout` milliseconds, answer included; asks for no compression,
 * which makes answers with embeddings 20 times slower; and makes a replica server wait until it has what this client
 * wrote, so that a read after a write finds it.
 */
export const make = (timeout: number): ((request: Request) => Promise<Response>) => {
  // The place in the primary's log of the last write, as the server gave it.
  let written: string | undefined

  return async (request) => {
    const headers = new Headers(request.headers)
    headers.set("accept-encoding", "identity")
    const init = { headers, signal: AbortSignal.timeout(timeout) }
    if (request.method !== "POST") return fetch(request, init)

    const text = await request.text()
    const pipeline: Pipeline = JSON.parse(text)
    const statements = statementsOf(pipeline)
    const reads = statements.every(({ sql }) => sql !== undefined && (isRead(sql) || beginsToRead.test(sql)))
    const send = (body: string) => fetch(request.url, { ...init, method: "POST", body })

    if (reads) {
      // A transaction reads at the primary.
      if (written === undefined || typeof pipeline.baton === "string") return send(text)
      for (const statement of statements) statement.replication_index = written
      try {
        return await send(JSON.stringify(pipeline))
      } catch (cause) {
        // A server that lost what was written would make every read wait for it.
        written = undefined
        throw cause
      }
    }
    const response = await send(text)
    const answer = await response.text()
    for (const [, index] of answer.matchAll(/"replication_index":"(\d+)"/gu)) written = index
    return new Response(answer, { status: response.status, headers: response.headers })
  }
}
