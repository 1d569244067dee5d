import { workerData } from "node:worker_threads"
import { serve } from "../worker/WorkerServer.ts"
import * as PreparedReads from "./PreparedReads.ts"
import type { Read, ReadAnswer, ReaderInput } from "./ReadProtocol.ts"

/** The thread that reads a local database for others: one statement after the other, on a connection of its own. */
const { path }: ReaderInput = workerData

const cacheKilobytes = 32_000

let reads: PreparedReads.PreparedReads | undefined

const answer = ({ args, sql }: Read): ReadAnswer => {
  try {
    reads ??= PreparedReads.open(path, cacheKilobytes)
    return reads.run(sql, args)
  } catch (error) {
    // Whatever it was, the one that asked tries itself; a connection that failed may not be used again.
    reads?.close()
    reads = undefined
    return { failure: error instanceof Error ? error.message : String(error) }
  }
}

serve(answer, () => reads?.close())
