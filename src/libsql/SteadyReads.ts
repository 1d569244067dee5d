import type { Client } from "@libsql/client"
import * as Deadline from "./Deadline.ts"
import { type Fault, faultOf, LibsqlFault } from "./LibsqlError.ts"
import type { LibsqlFetch } from "./LibsqlFetch.ts"

/**
 * Reads of one state of a server without a transaction. A replica server leads every transaction to its primary; while that is
 * away the replica does not change, and each of its answers says of which state it is.
 */
export interface SteadyReads {
  /** What a transaction gives; where none begins soon, what reads give that are all of one state. */
  readonly orElse: <A>(transaction: () => Promise<A>, steady: (client: Client) => Promise<A>) => Promise<A>
}

/** How long a transaction may take to begin, in milliseconds: a replica does not say that it waits for its primary. */
const patience = 5_000

/** How long no transaction is tried after one did not begin, in milliseconds. */
const restingFor = 30_000

/** What a primary that is away looks like. */
const isAway: ReadonlySet<Fault> = new Set<Fault>(["serverFailed", "timeout", "unreachable"])

/** In a text of JSON no value has such quotation marks. */
const states = /"replication_index":"(\d+)"/gu

/** A statement that failed; its answer does not say of which state it is. */
const failed = /"type":"error","error":\{"message":"((?:[^"\\]|\\.)*)"/u

/** A `fetch` that takes answers of one state only. A replica that begins anew is empty for a moment: an error may be one of that. */
const ofOneState = (fetch: LibsqlFetch, moved: () => void): LibsqlFetch => {
  let state: string | undefined
  return async (request) => {
    const response = await fetch(request)
    if (!response.ok || request.method !== "POST") return response
    const text = await response.text()
    const found = Array.from(text.matchAll(states), ([, index]) => index)
    if (state === undefined && found.length === 0)
      throw new LibsqlFault("moved", "it does not say of which state it is")
    state ??= found[0]
    const problem = failed.exec(text)?.[1]
    if (problem !== undefined || found.some((index) => index !== state)) {
      moved()
      throw new LibsqlFault("moved", problem === undefined ? "it has changed" : `it failed: ${problem}`)
    }
    return new Response(text, { status: response.status, headers: response.headers })
  }
}

/** `open` makes a client of the server whose `fetch` is wrapped. */
export const make = (open: (wrap: (fetch: LibsqlFetch) => LibsqlFetch) => Promise<Client>): SteadyReads => {
  let restingUntil = 0
  return {
    orElse: async (transaction, steady) => {
      let failure: unknown
      if (Date.now() >= restingUntil) {
        try {
          return await Deadline.sooner(patience, transaction)
        } catch (cause) {
          if (!isAway.has(faultOf(cause))) throw cause
          failure = cause
        }
      }
      const client = await open((fetch) =>
        ofOneState(fetch, () => {
          restingUntil = 0
        })
      )
      try {
        const read = await steady(client)
        if (failure !== undefined) restingUntil = Date.now() + restingFor
        return read
      } catch (cause) {
        client.close()
        throw failure ?? cause
      }
    }
  }
}
