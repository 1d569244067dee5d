import { workerData } from "node:worker_threads"
import type { Client } from "@libsql/client"
import { serve } from "../worker/WorkerServer.ts"
import type { Read, ReadAnswer, ReaderInput } from "./ReadProtocol.ts"

/** The thread that reads a local database for others: one statement after the other, on a connection of its own. */
const { url }: ReaderInput = workerData

let client: Client | undefined

const open = async (): Promise<Client> => {
  // Its native part prints its trace to stdout; it reads this once, when it is loaded.
  process.env["RUST_LOG"] ??= "off"
  const { createClient } = await import("@libsql/client")
  const opened = createClient({ url, concurrency: 1, intMode: "bigint", timeout: 20 })
  await opened.execute("PRAGMA query_only = ON")
  await opened.execute("PRAGMA cache_size = -32000")
  return opened
}

const answer = async ({ args, sql }: Read): Promise<ReadAnswer> => {
  try {
    client ??= await open()
    const { columns, rows } = await client.execute({ sql, args: [...args] })
    return { columns, rows: rows.map((row) => columns.map((_, i) => row[i])) }
  } catch (error) {
    // Whatever it was, the one that asked tries itself; a connection that failed may not be used again.
    client?.close()
    client = undefined
    return { failure: error instanceof Error ? error.message : String(error) }
  }
}

serve(answer, () => client?.close())
