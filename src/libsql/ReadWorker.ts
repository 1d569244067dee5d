import { parentPort, workerData } from "node:worker_threads"
import { closePort } from "../domain/WorkerPort.ts"
import type { Client } from "@libsql/client"
import type { FromReader, ReaderInput, ToReader } from "./ReadProtocol.ts"

/** The thread that reads a local database for others: one statement after the other, on a connection of its own. */
const { url }: ReaderInput = workerData
const port = parentPort
if (port === null) throw new Error("This file runs as a worker thread")

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

const answer = async ({ args, id, sql }: Exclude<ToReader, "Close">): Promise<FromReader> => {
  try {
    client ??= await open()
    const { columns, rows } = await client.execute({ sql, args: [...args] })
    return { id, columns, rows: rows.map((row) => columns.map((_, i) => row[i])) }
  } catch (error) {
    // Whatever it was, the one that asked tries itself; a connection that failed may not be used again.
    client?.close()
    client = undefined
    return { id, failure: error instanceof Error ? error.message : String(error) }
  }
}

/** One after the other. */
const serve = async (message: ToReader, before: Promise<void>): Promise<void> => {
  await before
  if (message === "Close") {
    client?.close()
    closePort(port)
  } else {
    port.postMessage(await answer(message))
  }
}

let queue: Promise<void> = Promise.resolve()

port.on("message", (message: ToReader) => {
  queue = serve(message, queue)
})
