import Module from "node:module"
import { dirname } from "node:path"
import * as WorkerThread from "../worker/WorkerThread.ts"
import { BUSY, type FromWorker, STOP, type ToWorker, type WorkerInput } from "./WorkerProtocol.ts"

/** How long the exit of a process waits for the inference that runs, in milliseconds. */
const exitPatience = 5000

type WorkerListener = WorkerThread.WorkerListener<FromWorker>

/** A worker thread with a model. */
export interface WorkerHandle extends WorkerThread.WorkerThread<ToWorker> {
  /** Says who is told, also of what happened before. */
  readonly listen: (listener: WorkerListener) => void
  /** Blocks until the inference that runs is over, and lets no other begin: for the exit of the process. */
  readonly park: () => void
}

/** Starts a thread that runs the file `url`, and loads its model at once. */
export const start = (url: URL, input: Omit<WorkerInput, "flags" | "compileCache">): WorkerHandle => {
  const buffer = new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT)
  const flags = new Int32Array(buffer)
  const cache = Module.getCompileCacheDir?.() // a folder for this version of Node, inside the one that was asked for
  const workerData: WorkerInput = { ...input, flags: buffer, compileCache: cache && dirname(cache) }

  let listener: WorkerListener | undefined
  const unheard: Array<(listener: WorkerListener) => void> = []
  const tell = (event: (listener: WorkerListener) => void) => {
    if (listener === undefined) unheard.push(event)
    else event(listener)
  }

  const thread = WorkerThread.start<ToWorker, FromWorker>({
    url,
    workerData,
    closing: { _tag: "Close" },
    onMessage: (message) => tell(({ onMessage }) => onMessage(message)),
    onExit: (problem) => tell(({ onExit }) => onExit(problem))
  })
  return {
    ...thread,
    listen: (next) => {
      listener = next
      for (const event of unheard.splice(0)) event(next)
    },
    park: () => {
      Atomics.store(flags, STOP, 1)
      Atomics.wait(flags, BUSY, 1, exitPatience)
    }
  }
}
